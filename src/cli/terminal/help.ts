import type { StricliProcess } from '@stricli/core'
import { columnsOf, widthOf, wrapTo } from './width.ts'

/** Where help is printed, fitted to the terminal that it is printed on. */
export function helpTo(stream: NodeJS.WriteStream): StricliProcess['stdout'] {
  return {
    write: (text) => void stream.write(fitHelp(text, columnsOf(stream))),
    ...(stream.isTTY ? { getColorDepth: (variables?: object) => stream.getColorDepth(variables) } : {}),
  }
}

/** Help in lines of no more columns than that. A flag that is off unless it is typed need not say so. */
export function fitHelp(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => {
      const said = line.replace(offByDefault, '')
      return wrapTo(said, columns, indentOf(said))
    })
    .join('\n')
}

const offByDefault = / *\[\S*default =\S* false\]$/

/** What is said of a flag or a command goes on below itself; anything else a little further in. */
function indentOf(line: string): number {
  const [before] = /^ *\S.*? {2,}(?=\S)/.exec(line) ?? []
  if (before !== undefined) return widthOf(before)
  const [spaces = ''] = /^ */.exec(line) ?? []
  return spaces === '' ? 0 : spaces.length + 2
}
