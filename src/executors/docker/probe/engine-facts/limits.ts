import type { HostConfig } from '../../engine/types.ts'
import { limit, none, record, size, sorted, text, yesNo } from './canonical.ts'

/** What the container may take, as it was asked for: values by ids of facts. */
export function limitsOf(host: HostConfig): Readonly<Record<string, string>> {
  return {
    'memory-limit:asked': size(host.Memory),
    'memory-limit:swap-asked': size(host.MemorySwap),
    'memory-limit:reserved': size(host.MemoryReservation),
    'memory-limit:swappiness':
      host.MemorySwappiness == null || host.MemorySwappiness < 0 ? none : `${host.MemorySwappiness}`,
    'memory-limit:never-killed': yesNo(host.OomKillDisable),
    'cpu-limit:asked': processors(host),
    'cpu-limit:shares-asked': limit(host.CpuShares),
    'cpu-limit:set-asked': text(host.CpusetCpus),
    'cpu-limit:memory-nodes-asked': text(host.CpusetMems),
    'process-limit:asked': limit(host.PidsLimit),
    'process-limit:oom-score-asked': String(host.OomScoreAdj ?? 0),
    'ulimits:asked': sorted(host.Ulimits?.map(({ Name, Soft, Hard }) => `${Name}=${Soft}:${Hard}`)),
    'temporary-space:shm-asked': size(host.ShmSize),
    'sysctls:asked': record(host.Sysctls),
  }
}

/** `--cpus 0.5` and a quota of half a period are one. */
function processors({ NanoCpus = 0, CpuQuota = 0, CpuPeriod = 0 }: HostConfig): string {
  if (NanoCpus > 0) return `${NanoCpus / 1_000_000_000} CPUs`
  return CpuQuota > 0 ? `${CpuQuota / (CpuPeriod || 100_000)} CPUs` : none
}
