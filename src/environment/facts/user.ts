import type { Kind } from './kind.ts'

/** Whom the process acts as, and what it may do. */
export const user: readonly Kind[] = [
  {
    number: 33,
    id: 'user',
    severity: 'warn',
    title: 'user and groups',
    harm: 'Files that the task makes belong to somebody else, and the app can no longer write them; or the task is refused.',
    seen: 'compared',
    awk: `
say("user:uid", status_word("Uid", 2), status_file)
say("user:gid", status_word("Gid", 2), status_file)
say("user:groups", numbers(status["Groups"]), status_file)`,
  },
  {
    number: 34,
    id: 'umask',
    severity: 'info',
    title: 'umask',
    harm: 'Files that the task makes can be read by more people, or not by the app.',
    seen: 'compared',
    awk: `
if (status["Umask"] == "") unseen("umask", "the kernel does not tell it")
else say("umask", status["Umask"], status_file)`,
  },
  {
    number: 35,
    id: 'home',
    severity: 'info',
    title: 'home directory and user name',
    harm: 'Programs look for their settings and credentials in another directory.',
    seen: 'compared',
    variables: /^(?:HOME|USER|LOGNAME|SHELL|XDG_[A-Z]+_HOME)$/,
    awk: `
entry = "no entry"
while ((getline text < "/etc/passwd") > 0) {
  split(text, parts, ":")
  if (parts[3] == status_word("Uid", 2)) { entry = parts[1] " " parts[6] " " parts[7]; break }
}
close("/etc/passwd")
say("home:passwd", entry, "/etc/passwd")`,
  },
  {
    number: 36,
    id: 'working-directory',
    severity: 'info',
    title: 'working directory',
    harm: 'Relative paths lead somewhere else.',
    seen: 'compared',
    sh: `
if [ -n "$purser_directory" ]; then purser_say working-directory "$purser_directory" "/proc/$purser_target/cwd"
else purser_unseen working-directory "it can't be entered"
fi`,
  },
  {
    number: 37,
    id: 'privileges',
    severity: 'info',
    title: 'capabilities, seccomp, no_new_privs, AppArmor',
    harm: 'The task may do what the app may not, or is refused what the app may do.',
    seen: 'compared',
    // Without a security module this file can't be read, and some an awk ends at that.
    sh: `
purser_label=
read -r purser_label < "/proc/$purser_target/attr/current"
purser_say privileges:label "\${purser_label:-none}" "/proc/$purser_target/attr/current"`,
    awk: `
say("privileges:effective", status["CapEff"], status_file)
say("privileges:bounding", status["CapBnd"], status_file)
say("privileges:no-new-privileges", status["NoNewPrivs"] == "" ? "unknown" : status["NoNewPrivs"], status_file)
say("privileges:seccomp", status["Seccomp"] == "" ? "unknown" : status["Seccomp"], status_file)`,
  },
]
