import type { Kind } from './kind.ts'

/** Which files it sees. */
export const fileSystems: readonly Kind[] = [
  {
    number: 45,
    id: 'mounts',
    severity: 'warn',
    title: 'mounts',
    harm: 'Uploads, certificates or sockets are missing, or the task writes where nobody will look for it.',
    seen: 'compared',
    list: true,
    awk: `
for (place in mount_type)
  if (place != "/" && place !~ /^\\/(proc|sys|dev)(\\/|$)/ && place !~ /^(\\/etc\\/(resolv.conf|hostname|hosts)|\\/sbin\\/docker-init)$/)
    say("mounts:seen:" place, mount_type[place] ", " mount_mode[place], mounts_file)
if ("/" in mount_type) say("mounts", "listed", mounts_file)
else unseen("mounts", mounts_file " can't be read")`,
  },
  {
    number: 46,
    id: 'read-only-root',
    severity: 'info',
    title: 'read-only root',
    harm: 'The task leaves files where the app could not, or fails where the app would not.',
    seen: 'compared',
    awk: `
if ("/" in mount_mode) say("read-only-root", mount_mode["/"], mounts_file)
else unseen("read-only-root", mounts_file " can't be read")`,
  },
  {
    number: 47,
    id: 'disk-space',
    severity: 'info',
    title: 'free disk space',
    harm: 'The task fills the disk that the app writes to.',
    seen: 'recorded',
    remark: 'It changes from one moment to the next; that there is room is checked before a run.',
  },
]
