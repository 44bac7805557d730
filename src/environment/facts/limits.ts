import type { Kind } from './kind.ts'

/** How much it may take. */
export const limits: readonly Kind[] = [
  {
    number: 38,
    id: 'ulimits',
    severity: 'info',
    title: 'resource limits',
    harm: 'The task runs out of open files, processes or stack where the app does not.',
    seen: 'compared',
    remark: 'Of open files the hard limit only: Node and Java raise the soft one themselves when they start.',
    list: true,
    awk: `
file = "/proc/" target "/limits"
while ((getline text < file) > 0) {
  if (substr(text, 1, 4) != "Max ") continue
  name = substr(text, 5, 21); sub(/ +$/, "", name)
  split(substr(text, 27), parts, " ")
  say("ulimits:" name, name == "open files" ? parts[2] : parts[1] " of " parts[2], file)
}
close(file)
say("ulimits", "listed", file)`,
  },
  {
    number: 39,
    id: 'memory-limit',
    severity: 'warn',
    title: 'memory limit',
    harm: 'The task is killed at another size than the app, or takes memory that the app needs.',
    seen: 'compared',
    awk: `
say("memory-limit:cgroup", size(cgroup("memory.max", "memory/memory.limit_in_bytes")), cgroup_file)
text = cgroup("memory.swap.max", "memory/memory.memsw.limit_in_bytes")
say("memory-limit:swap", size(text), cgroup_file)`,
  },
  {
    number: 40,
    id: 'heap-limit',
    severity: 'warn',
    title: 'heap limit of V8',
    harm: 'Node gives up for want of memory at another size than the app does.',
    seen: 'compared',
    remark: 'As the runtime’s environment sets it; an option in the app’s own command is a part of 9.',
    node: "Math.round(require('v8').getHeapStatistics().heap_size_limit / 1048576) + ' MiB'",
  },
  {
    number: 41,
    id: 'cpu-limit',
    severity: 'warn',
    title: 'CPU quota and sets',
    harm: 'The task is slower or faster than the app, sizes its pools otherwise, or takes time that the app needs.',
    seen: 'compared',
    awk: `
text = cgroup("cpu.max", "cpu/cpu.cfs_quota_us")
if (cgroup_version == 1 && text + 0 > 0) text = text " " cgroup("", "cpu/cpu.cfs_period_us")
say("cpu-limit:quota", text + 0 < 0 || text ~ /^max/ ? "none" : text, cgroup_file)
say("cpu-limit:weight", cgroup("cpu.weight", "cpu/cpu.shares"), cgroup_file)
say("cpu-limit:processors", status["Cpus_allowed_list"], status_file)`,
  },
  {
    number: 42,
    id: 'process-limit',
    severity: 'info',
    title: 'limit of processes, and OOM score',
    harm: 'The task cannot start its processes, or the kernel kills the app first when memory runs out.',
    seen: 'compared',
    awk: `
say("process-limit:pids", cgroup("pids.max", "pids/pids.max"), cgroup_file)
say("process-limit:oom-score", first("/proc/" target "/oom_score_adj"), "/proc/" target "/oom_score_adj")`,
  },
  {
    number: 43,
    id: 'temporary-space',
    severity: 'info',
    title: 'size of /dev/shm and /tmp',
    harm: 'Sorting, browsers and parallel queries run out of space for temporary data.',
    seen: 'compared',
    remark: 'Where they are file systems of their own; otherwise they share the disk.',
    awk: `
say("temporary-space:/dev/shm", mount_size("/dev/shm"), mounts_file)
say("temporary-space:/tmp", mount_size("/tmp"), mounts_file)`,
  },
  {
    number: 44,
    id: 'sysctls',
    severity: 'info',
    title: 'kernel settings',
    harm: 'Connections, ports and memory are managed in another way.',
    seen: 'compared',
    awk: `
count = split("net/core/somaxconn net/ipv4/ip_local_port_range net/ipv4/tcp_keepalive_time net/ipv4/tcp_syn_retries " \\
  "net/ipv4/ip_unprivileged_port_start kernel/shmmax kernel/msgmax fs/mqueue/msg_max vm/overcommit_memory", parts, " ")
for (i = 1; i <= count; i++) {
  text = first("/proc/sys/" parts[i]); gsub(/\\t/, " ", text)
  say("sysctls:" parts[i], text == "" ? "unknown" : text, "/proc/sys/" parts[i])
}
text = first("/sys/kernel/mm/transparent_hugepage/enabled")
say("sysctls:transparent-hugepages", text == "" ? "unknown" : text, "/sys/kernel/mm/transparent_hugepage")`,
  },
]
