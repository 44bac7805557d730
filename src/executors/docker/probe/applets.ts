/** What the probe and the shim use beside the shell itself. */
const used = [
  'awk',
  'cat',
  'cut',
  'date',
  'df',
  'dirname',
  'env',
  'head',
  'id',
  'ls',
  'od',
  'readlink',
  'sed',
  'sha256sum',
  'sort',
  'stat',
  'tail',
  'tr',
  'uname',
  'wc',
]

/** Functions that stand for the programs of a busybox that is in no folder of the PATH. */
export function applets(busybox: string): string {
  return used.map((name) => `${name}() { "${busybox}" ${name} "$@"; }`).join('\n')
}
