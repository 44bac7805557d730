import type { Kind } from './kind.ts'

/** What it can reach, by which way, and under which name. */
export const network: readonly Kind[] = [
  {
    number: 48,
    id: 'hostname',
    severity: 'info',
    title: 'host name',
    harm: 'Locks, logs and leases that carry the host’s name are taken for another’s.',
    seen: 'compared',
    remark: 'A container that is named by its own id is equal to any other that is.',
    variables: /^HOSTNAME$/,
    awk: 'say("hostname", own_name(), "/proc/sys/kernel/hostname")',
  },
  {
    number: 49,
    id: 'networks',
    severity: 'warn',
    title: 'networks',
    harm: 'The task cannot reach what the app reaches, or reaches what the app must not.',
    seen: 'compared',
    list: true,
  },
  {
    number: 50,
    id: 'dns',
    severity: 'warn',
    title: 'name servers and hosts',
    harm: 'The same name leads to another machine.',
    seen: 'compared',
    awk: `
text = lines_of("/etc/resolv.conf", "")
if (file_read) say("dns:resolv.conf", text == "" ? "none" : text, "/etc/resolv.conf")
else unseen("dns:resolv.conf", "/etc/resolv.conf can't be read")
text = lines_of("/etc/hosts", host)
if (file_read) say("dns:hosts", text == "" ? "none" : text, "/etc/hosts")
else unseen("dns:hosts", "/etc/hosts can't be read")`,
  },
  {
    number: 51,
    id: 'egress',
    severity: 'warn',
    title: 'way out',
    harm: 'Partners that allow only the app’s address refuse the task.',
    seen: 'compared',
    remark: 'By the default route; the address that a partner sees beyond it is not asked for.',
    awk: 'say("egress", default_route("/proc/net/route"), "/proc/net/route")',
  },
  {
    number: 52,
    id: 'proxies',
    severity: 'warn',
    title: 'proxies',
    harm: 'Requests take another way, or are not allowed out.',
    seen: 'compared',
    variables: /^(?:(?:https?|ftp|all|no)_proxy|(?:HTTPS?|FTP|ALL|NO)_PROXY|NODE_USE_ENV_PROXY)$/,
  },
  {
    number: 53,
    id: 'sidecars',
    severity: 'warn',
    title: 'containers beside the app',
    harm: 'A proxy, a tunnel to the database or an agent that the app has beside it is missing for the task.',
    seen: 'compared',
    list: true,
  },
]
