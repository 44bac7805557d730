import type { Kind } from './kind.ts'

const lockFiles = [
  'package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb node_modules/.package-lock.json',
  'node_modules/.yarn-integrity node_modules/.modules.yaml Gemfile.lock poetry.lock Pipfile.lock uv.lock requirements.txt',
  'composer.lock vendor/composer/installed.json mix.lock go.sum Cargo.lock gradle.lockfile',
]

/** Packages that an app has for its development only; one of them where it serves means that all of them are there. */
const developmentPackages = [
  'typescript eslint prettier jest vitest mocha nodemon ts-node ts-node-dev tsx ava tap chai sinon supertest husky',
  'lint-staged nyc c8 playwright cypress webpack-dev-server @biomejs/biome @types/node @types/jest',
]

/** What is installed beside the code. */
export const packages: readonly Kind[] = [
  {
    number: 14,
    id: 'dependencies',
    severity: 'warn',
    title: 'installed dependencies',
    harm: 'The task runs other versions of the packages that the app depends on.',
    seen: 'compared',
    remark: 'By the lock files in the working directory, and by npm’s list of what it installed.',
    list: true,
    files: [{ words: lockFiles.join(' ').replace(/\S+/g, './$&'), by: 'digest' }],
  },
  {
    number: 15,
    id: 'development-dependencies',
    severity: 'warn',
    title: 'development dependencies',
    harm: 'The task finds tools that production does not have, and works only because of them.',
    seen: 'compared',
    sh: `
purser_present=
if [ -d ./node_modules ]; then
  for purser_name in ${developmentPackages.join(' ')}; do
    [ -e "./node_modules/$purser_name" ] && purser_present="$purser_present $purser_name"
  done
fi
[ -n "$purser_present" ] || purser_present=' none'
purser_say development-dependencies "\${purser_present# }" node_modules`,
  },
  {
    number: 16,
    id: 'os-packages',
    severity: 'warn',
    title: 'distribution and its packages',
    harm: 'Programs and libraries of the system that the code calls are other ones.',
    seen: 'compared',
    remark: 'An rpm database is compared by its size and date, since it is large.',
    list: true,
    files: [
      { words: '/etc/os-release /var/lib/dpkg/status /lib/apk/db/installed', by: 'digest' },
      {
        words: '/var/lib/rpm/rpmdb.sqlite /var/lib/rpm/Packages /usr/lib/sysimage/rpm/rpmdb.sqlite',
        by: 'identity',
      },
    ],
  },
  {
    number: 17,
    id: 'libc',
    severity: 'info',
    title: 'C library',
    harm: 'Names are resolved, texts sorted and threads sized in another way.',
    seen: 'compared',
    list: true,
    files: [
      {
        words: '/lib/ld-musl-*.so.1 /lib/*-linux-gnu*/libc.so.6 /lib64/libc.so.6 /usr/lib/libc.so.6',
        by: 'identity',
      },
    ],
  },
]
