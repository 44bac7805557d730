import { images } from '../../../../support/docker/image-names.ts'
import { type Difference, otherFile } from './difference.ts'

const waiting = (umask: string) => ['sh', '-c', `umask ${umask}; exec sleep 1000`]

/** Whom the process acts as, what it may do, and how much it may take. */
export const rightsAndLimits: readonly Difference[] = [
  { number: 33, rank: 'warn', what: 'a further group', twin: ['--group-add', '2000'] },
  { number: 33, rank: 'warn', what: 'another primary group', twin: ['--user', 'root:app'] },
  {
    number: 34,
    rank: 'info',
    what: 'another umask',
    image: images.helper,
    command: waiting('022'),
    twinCommand: waiting('027'),
  },
  { number: 35, rank: 'info', what: 'another home', twin: ['--env', 'HOME=/srv'] },
  {
    number: 35,
    rank: 'info',
    what: 'another user name',
    ...otherFile('/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n', 'toor:x:0:0:root:/root:/bin/sh\n'),
  },
  {
    number: 36,
    rank: 'info',
    what: 'another folder',
    image: images.helper,
    command: waiting('022'),
    twin: ['--workdir', '/tmp'],
  },
  { number: 37, rank: 'info', what: 'a capability less', twin: ['--cap-drop', 'NET_RAW'] },
  { number: 37, rank: 'info', what: 'no new privileges', twin: ['--security-opt', 'no-new-privileges'] },
  { number: 37, rank: 'info', what: 'no seccomp', twin: ['--security-opt', 'seccomp=unconfined'] },
  { number: 38, rank: 'info', what: 'fewer open files', twin: ['--ulimit', 'nofile=1000:2000'] },
  { number: 39, rank: 'warn', what: 'a memory limit', twin: ['--memory', '64m'] },
  {
    number: 39,
    rank: 'warn',
    what: 'another memory limit',
    app: ['--memory', '64m'],
    twin: ['--memory', '65m'],
  },
  { number: 41, rank: 'warn', what: 'a quota of CPU', twin: ['--cpus', '0.5'] },
  { number: 41, rank: 'warn', what: 'a set of CPUs', twin: ['--cpuset-cpus', '0'] },
  { number: 41, rank: 'warn', what: 'shares of CPU', twin: ['--cpu-shares', '512'] },
  { number: 42, rank: 'info', what: 'fewer processes', twin: ['--pids-limit', '100'] },
  { number: 42, rank: 'info', what: 'another OOM score', twin: ['--oom-score-adj', '500'] },
  { number: 43, rank: 'info', what: 'a larger /dev/shm', twin: ['--shm-size', '128m'] },
  { number: 44, rank: 'info', what: 'a kernel setting', twin: ['--sysctl', 'net.core.somaxconn=1000'] },
  { number: 46, rank: 'info', what: 'a read-only root', twin: ['--read-only'] },
  {
    number: 45,
    rank: 'warn',
    what: 'a mounted folder',
    twin: ['--volume', `${import.meta.dirname}:/data`],
  },
  {
    number: 45,
    rank: 'warn',
    what: 'a folder that is mounted for reading only',
    app: ['--volume', `${import.meta.dirname}:/data`],
    twin: ['--volume', `${import.meta.dirname}:/data:ro`],
  },
  {
    number: 45,
    rank: 'warn',
    what: 'another folder in the same place',
    app: ['--volume', '/srv:/data'],
    twin: ['--volume', '/opt:/data'],
  },
  { number: 45, rank: 'warn', what: 'an anonymous volume', twin: ['--volume', '/data'] },
  { number: 45, rank: 'warn', what: 'a temporary file system', twin: ['--tmpfs', '/data'] },
]
