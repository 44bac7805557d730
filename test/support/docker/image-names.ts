/** Images that every test run has; none comes from a registry. All serve HTTP on port 3000 but the helper. */
export const images = {
  /** Node 24, a shell, and in /app a server with tasks, this package and zod. */
  node: 'purser-test/node',
  /** A shell and busybox's server; no Node. */
  busybox: 'purser-test/busybox',
  /** /bin/httpd, /bin/true and /bin/sleep, and nothing else that could be run. */
  bare: 'purser-test/bare',
  /** The busybox one; its entrypoint exports SECRET_FROM_FILE from /run/secrets/app and becomes the command. */
  entrypoint: 'purser-test/entrypoint',
  /** The same, but the entrypoint stays, as the command's parent. */
  entrypointFork: 'purser-test/entrypoint:fork',
  /** Only a shell and busybox's commands. */
  helper: 'purser-test/helper',
} as const
