/** Resource limits by the names that prlimit(1) takes; `unlimited` or a number, soft and hard. */
export type Limits = ReadonlyMap<string, Limit>
export interface Limit {
  readonly soft: string
  readonly hard: string
}

const optionNames: Readonly<Record<string, string>> = {
  'Max cpu time': 'cpu',
  'Max file size': 'fsize',
  'Max data size': 'data',
  'Max stack size': 'stack',
  'Max core file size': 'core',
  'Max resident set': 'rss',
  'Max processes': 'nproc',
  'Max open files': 'nofile',
  'Max locked memory': 'memlock',
  'Max address space': 'as',
  'Max file locks': 'locks',
  'Max pending signals': 'sigpending',
  'Max msgqueue size': 'msgqueue',
  'Max nice priority': 'nice',
  'Max realtime priority': 'rtprio',
  'Max realtime timeout': 'rttime',
}

/** Reads `/proc/PID/limits`: a name, soft, hard, and sometimes a unit, in columns. */
export function parseLimits(text: string): Limits {
  const limits = new Map<string, Limit>()
  for (const line of text.split('\n').slice(1)) {
    const [, name = '', soft = '', hard = ''] = /^(.+?)\s{2,}(\S+)\s+(\S+)/.exec(line) ?? []
    const option = optionNames[name]
    if (option !== undefined) limits.set(option, { soft, hard })
  }
  return limits
}

export function differingLimits(wanted: Limits, current: Limits): Limits {
  return new Map(
    [...wanted].filter(([name, { soft, hard }]) => {
      const now = current.get(name)
      return now?.soft !== soft || now.hard !== hard
    }),
  )
}

/** Whether an unprivileged process under `current` may set itself `wanted`: hard limits only go down. */
export function isLower(wanted: Limit, current: Limit): boolean {
  return asNumber(wanted.hard) <= asNumber(current.hard)
}

function asNumber(limit: string): number {
  return limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit)
}
