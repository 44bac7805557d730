import type { HostConfig } from '../engine/types.ts'
import type { TwinBody } from '../twin/describe-twin.ts'
import { overStreams } from './over-streams.ts'

interface HelperOptions extends Partial<Pick<TwinBody, 'Hostname' | 'NetworkingConfig'>> {
  readonly image: string
  readonly labels: Readonly<Record<string, string>>
  readonly argv: readonly string[]
  readonly HostConfig: HostConfig
}

/** A container in which a program of ours works as root: it keeps no log, is never started again, and has no health. */
export function helperBody({ image, labels, argv, HostConfig, ...others }: HelperOptions): TwinBody {
  return {
    Image: image,
    Entrypoint: [],
    Cmd: argv,
    User: '0:0',
    Labels: labels,
    Healthcheck: { Test: ['NONE'] },
    ...overStreams,
    NetworkingConfig: { EndpointsConfig: {} },
    ...others,
    HostConfig: { ...HostConfig, LogConfig: { Type: 'none' }, RestartPolicy: { Name: 'no' } },
  }
}
