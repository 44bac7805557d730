/** A text of somebody else's on one line, without anything that a terminal would act upon or that hides what it says. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}

/** A statement without the comments before it, which would hide it on one line. */
export function uncommented(statement: string): string {
  return statement.replace(/^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/, '') || statement
}

/** A text in Markdown, in running text and in cells of tables: nothing in it is taken for markup, HTML or a mention. */
export function markdown(text: string): string {
  return (
    plain(text)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replace(/[\\`*_{}[\]()#+!|~$-]/g, '\\$&')
      // people and issues are called by these, and addresses become links
      .replaceAll('@', '&#64;')
      .replaceAll('://', ':&#8203;//')
      .replace(/\bwww\./gi, 'www&#8203;.')
  )
}

/** The same as code: a name or a statement. Longer than so many characters, it is cut. */
export function code(text: string, longest = 120): string {
  const line = plain(text)
  const shown = line.length > longest ? `${line.slice(0, longest - 1)}…` : line
  if (shown === '') return ''
  // in a table, nothing keeps a pipe behind a backslash from ending the cell but HTML
  if (shown.includes('\\|')) return `<code>${asEntities(shown)}</code>`
  const ticks = '`'.repeat(longestRun(shown) + 1)
  // a cell ends at a pipe, also within code
  const inside = shown.replaceAll('|', '\\|')
  const space = /^`|`$/.test(inside) ? ' ' : ''
  return `${ticks}${space}${inside}${space}${ticks}`
}

function asEntities(text: string): string {
  return text.replace(/[^\p{L}\p{N} ]/gu, (sign) => `&#${sign.codePointAt(0)};`)
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
}

/** A table; nothing where it has no rows. Cells are Markdown. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}
