import type { Kind } from './kind.ts'

/** What it runs on. */
export const machine: readonly Kind[] = [
  {
    number: 4,
    id: 'architecture',
    severity: 'info',
    title: 'processor architecture',
    harm: 'Native addons are built for another processor, and floating point may differ in its last digits.',
    seen: 'compared',
    sh: `
purser_architecture=
[ -r /proc/sys/kernel/arch ] && read -r purser_architecture < /proc/sys/kernel/arch
[ -n "$purser_architecture" ] || purser_architecture=$(uname -m)
purser_say architecture "$purser_architecture" kernel`,
  },
  {
    number: 18,
    id: 'kernel',
    severity: 'info',
    title: 'kernel',
    harm: 'The task is on another machine, or after an update that the app has not seen.',
    seen: 'compared',
    sh: `
purser_release=
read -r purser_release < /proc/sys/kernel/osrelease
purser_say kernel "\${purser_release:-unknown}" /proc/sys/kernel/osrelease`,
  },
  {
    number: 19,
    id: 'machine-image',
    severity: 'info',
    title: 'machine image',
    harm: 'The host was set up from another image or template.',
    seen: 'elsewhere',
    remark: 'EC2 has it.',
  },
  {
    number: 20,
    id: 'lambda-layers',
    severity: 'info',
    title: 'layers and extensions of Lambda',
    harm: 'Libraries and agents that the function gets from layers are other ones.',
    seen: 'elsewhere',
    remark: 'Lambda has it.',
  },
]
