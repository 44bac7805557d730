type Stream = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>

// A terminal that does not say how wide it is says 0.
const defaultColumns = 80

/** How many columns a line may have: those of a terminal; anything else keeps everything whole. */
export function columnsOf({ isTTY, columns }: Stream): number {
  return isTTY ? columns || defaultColumns : Number.POSITIVE_INFINITY
}

/** How many columns a text takes on a terminal; colours take none. */
export function widthOf(text: string): number {
  return piecesOf(text).reduce((sum, { width }) => sum + width, 0)
}

/** A text that takes no more columns than that, with … where something was cut off. Its colours stay. */
export function cutTo(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text
  let kept = ''
  let left = columns - 1
  for (const { piece, width } of piecesOf(text)) {
    if (isColour(piece)) kept += piece
    else if (width <= left) {
      kept += piece
      left -= width
    } else if (left >= 0) {
      kept += '…'
      left = -1
    }
  }
  return kept
}

/**
 * A text in lines of no more columns than that, broken between words, each but the first behind so many spaces. A word
 * that is longer stands alone, whole, so that it can be copied.
 */
export function wrapTo(text: string, columns: number, indent: number): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, columns, indent))
    .join('\n')
}

function wrapLine(line: string, columns: number, indent: number): string {
  if (widthOf(line) <= columns) return line
  const lines: string[] = []
  let current = ''
  // the spaces before a word stay with it, and so do those that a line begins with
  for (const word of line.match(/^ *\S+|\s+\S+/g) ?? []) {
    if (current !== '' && widthOf(current) + widthOf(word) > columns) {
      lines.push(current)
      current = ' '.repeat(indent) + word.trimStart()
    } else current += word
  }
  return [...lines, current].join('\n')
}

interface Piece {
  readonly piece: string
  readonly width: number
}

const segmenter = new Intl.Segmenter()
const escapeCharacter = '\u001b'
const colour = new RegExp(`(${escapeCharacter}\\[[\\d;]*m)`)
const isColour = (piece: string) => colour.test(piece)

function piecesOf(text: string): readonly Piece[] {
  return text.split(colour).flatMap((part) => {
    if (isColour(part)) return [{ piece: part, width: 0 }]
    return [...segmenter.segment(part)].map(({ segment }) => ({
      piece: segment,
      width: columnsTaken(segment),
    }))
  })
}

// Unicode's East Asian Width in the scripts that matter, and what is drawn as a picture.
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303e\uff01-\uff60]|\p{Emoji_Presentation}|\ufe0f/u
const invisible = /^[\p{M}\p{Cf}]+$/u

function columnsTaken(segment: string): number {
  if (invisible.test(segment)) return 0
  return wide.test(segment) ? 2 : 1
}
