import type { Kind } from './kind.ts'

/** How the process was started. */
export const start: readonly Kind[] = [
  {
    number: 8,
    id: 'entrypoint',
    severity: 'info',
    title: 'entrypoint',
    harm: 'What the entrypoint prepares, such as secrets read from files, is missing for the task.',
    seen: 'compared',
    remark:
      'By what it exports, which is compared as variables, and by whether there is an init. Whether it runs in a twin is declared.',
  },
  {
    number: 9,
    id: 'command',
    severity: 'info',
    title: 'command',
    harm: 'The process has other arguments.',
    seen: 'recorded',
    remark: 'It is the one thing in which a twin is meant to differ.',
  },
  {
    number: 31,
    id: 'terminal',
    severity: 'info',
    title: 'terminal and encoding of the streams',
    harm: 'Programs colour, buffer or cut their output in another way.',
    seen: 'recorded',
    remark: 'A run’s output goes to Purser, whatever the app’s goes to.',
  },
  {
    number: 32,
    id: 'stdin',
    severity: 'info',
    title: 'standard input',
    harm: 'The task waits for input that nobody gives, or ends when a terminal hangs up.',
    seen: 'recorded',
    remark: 'A run’s standard input is Purser’s to decide.',
  },
]
