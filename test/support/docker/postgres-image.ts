import { existsSync, globSync } from 'node:fs'
import { docker } from './docker.ts'
import { importImage } from './import-image.ts'
import { rootFileSystem } from './root-file-system.ts'

const programs = ['initdb', 'postgres', 'pg_isready', 'psql']

/**
 * An image with this machine's PostgreSQL that takes POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB, keeps its data below
 * /var/lib/postgresql, and serves on port 5432. Returns its tag.
 */
export async function postgresImage(): Promise<string> {
  const [home] = globSync('/usr/lib/postgresql/*')
    .filter((folder) => existsSync(`${folder}/bin/postgres`))
    .sort()
  if (home === undefined) {
    throw new Error(
      'The tests need PostgreSQL in /usr/lib/postgresql. Install it (apt-get install postgresql).',
    )
  }
  using system = rootFileSystem()
  system.shell()
  for (const name of programs) system.program(`${home}/bin/${name}`)
  // Just-in-time compilation would bring all of LLVM.
  system.copy(`${home}/lib`, `${home}/lib`, (file) => !/\/(?:bitcode|llvmjit[^/]*|pgxs)$/.test(file))
  const share = home.replace('/lib/', '/share/')
  system.copy(share, share)
  system.copy('/usr/share/zoneinfo', '/usr/share/zoneinfo', (file) => !file.endsWith('/localtime'))
  system.files('postgres')
  // Whoever serves must own what it makes here; everything in the image belongs to root.
  for (const folder of ['/var/lib/postgresql', '/var/run/postgresql']) system.directory(folder, 0o1777)
  return await importImage(docker, {
    folder: system.folder,
    tag: 'purser-test/postgres',
    changes: [
      `ENV PATH=${home}/bin:/usr/bin:/bin`,
      'ENV PGDATA=/var/lib/postgresql/data',
      'USER app',
      'VOLUME /var/lib/postgresql',
      'EXPOSE 5432',
      'ENTRYPOINT ["/entrypoint.sh"]',
    ],
  })
}
