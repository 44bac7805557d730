/** What of the app's variables a twin starts with. */
export interface TwinVariables {
  readonly kept: Readonly<Record<string, string>>
  /** Variables of the dynamic loader, held back until the app's user has been taken on. */
  readonly loader: Readonly<Record<string, string>>
}

/**
 * Variables that tie a process to its supervisor or make it one of several; a copy would harm the app:
 * node's cluster and IPC, systemd's sockets, notification and watchdog (sd_notify(3), sd_listen_fds(3)), pm2's roles.
 */
const neverCopied: readonly RegExp[] = [
  /^NODE_(?:UNIQUE_ID|CHANNEL_FD|CHANNEL_SERIALIZATION_MODE|APP_INSTANCE)$/,
  /^(?:NOTIFY_SOCKET|LISTEN_FDS|LISTEN_PID|LISTEN_FDNAMES|WATCHDOG_USEC|WATCHDOG_PID|MAINPID)$/,
  /^(?:INVOCATION_ID|JOURNAL_STREAM|SYSTEMD_EXEC_PID)$/,
  /^(?:pm_id|PM2_.*|pm_.*|instance_var)$/,
  /^PURSER_/,
]

/** What glibc's loader and converters act upon (ld.so(8)): dangerous to a program that still is root. */
const loaderVariable =
  /^(?:LD_.*|GCONV_PATH|GLIBC_TUNABLES|LOCPATH|MALLOC_.*|NLSPATH|GETCONF_DIR|HOSTALIASES|RES_OPTIONS)$/

/** Takes what may be copied. `holdLoader` when the twin becomes another user on its way. */
export function takeFromApp(variables: ReadonlyMap<string, string>, holdLoader: boolean): TwinVariables {
  const kept: Record<string, string> = {}
  const loader: Record<string, string> = {}
  for (const [name, value] of variables) {
    if (neverCopied.some((pattern) => pattern.test(name))) continue
    if (holdLoader && loaderVariable.test(name)) loader[name] = value
    else kept[name] = name === 'NODE_OPTIONS' ? withoutDebugger(value) : value
  }
  return { kept, loader }
}

const debuggerOption = /^--(?:inspect(?:-brk|-wait|-port|-publish-uid)?|debug-port)(?:=.*)?$/

/** Node's options without the debugger, whose port the app holds. */
export function withoutDebugger(options: string): string {
  return options
    .split(' ')
    .filter((option) => !debuggerOption.test(option))
    .join(' ')
}
