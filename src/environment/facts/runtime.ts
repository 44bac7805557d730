import type { Kind } from './kind.ts'

const programs = ['node', 'python3', 'ruby', 'php', 'java', 'perl', 'bun', 'deno', 'beam.smp']

/** What interprets the code. */
export const runtime: readonly Kind[] = [
  {
    number: 10,
    id: 'runtime-version',
    severity: 'warn',
    title: 'version of the language runtime',
    harm: 'The same code behaves in another way, or does not start.',
    seen: 'compared',
    remark: 'By `process.version` of the app’s node; of other languages by the programs’ sizes and dates.',
    list: true,
    sh: `
purser_programs=
for purser_name in ${programs.join(' ')}; do
  purser_which "$purser_name" && purser_programs="$purser_programs $purser_found"
done
purser_which node && purser_node=$purser_found`,
    files: [{ words: '$purser_programs', by: 'identity' }],
    node: '({ node: process.version })',
  },
  {
    number: 11,
    id: 'runtime-libraries',
    severity: 'warn',
    title: 'libraries inside the runtime',
    harm: 'Cryptography, sorting of texts, dates and compression give other results.',
    seen: 'compared',
    node: `(() => {
  const versions = Object.assign({}, process.versions)
  delete versions.node
  delete versions.tz
  return versions
})()`,
  },
  {
    number: 12,
    id: 'node-options',
    severity: 'warn',
    title: 'options of Node',
    harm: 'The task lacks what NODE_OPTIONS loads or limits in the app, or has more of it.',
    seen: 'compared',
    remark: 'Options that stand in the app’s command are a part of 9.',
    variables:
      /^(?:NODE_OPTIONS|NODE_PATH|RUBYOPT|RUBYLIB|PYTHONPATH|PYTHONOPTIMIZE|PERL5OPT|PERL5LIB|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|JAVA_OPTS)$/,
  },
  {
    number: 13,
    id: 'mode',
    severity: 'warn',
    title: 'NODE_ENV and its like',
    harm: 'The code takes itself for development or test: other settings, other databases, other checks.',
    seen: 'compared',
    variables:
      /^(?:NODE_ENV|APP_ENV|ENV|ENVIRONMENT|RAILS_ENV|RACK_ENV|HANAMI_ENV|FLASK_ENV|FLASK_DEBUG|DJANGO_SETTINGS_MODULE|DJANGO_CONFIGURATION|APP_DEBUG|APP_ENVIRONMENT|NEXT_PUBLIC_ENV|DEPLOY_ENV|MIX_ENV|ASPNETCORE_ENVIRONMENT|DOTNET_ENVIRONMENT|SPRING_PROFILES_ACTIVE|MICRONAUT_ENVIRONMENTS|QUARKUS_PROFILE|GO_ENV|GIN_MODE)$/,
  },
]
