import type { Kind } from './kind.ts'

/** What the process reads by itself once it runs. */
export const files: readonly Kind[] = [
  {
    number: 26,
    id: 'config-files',
    severity: 'info',
    title: 'configuration files',
    harm: 'The task loads other settings than the app has, or those of another moment.',
    seen: 'compared',
    remark: '`.env` files in the working directory, single mounted files, and `/run/secrets`.',
    list: true,
    files: [{ words: './.env ./.env.* /run/secrets/*', by: 'keyed' }],
  },
  {
    number: 27,
    id: 'feature-flags',
    severity: 'info',
    title: 'feature flags',
    harm: 'The task takes another branch of the code than users are on.',
    seen: 'beyond',
    remark:
      'Flags are evaluated in the process’s memory. Their service’s key and address are compared as variables.',
  },
]
