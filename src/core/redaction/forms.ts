/** Shorter values stand in ordinary output by chance (`admin`, `1234`, `true`), and hiding them would mangle it. */
const fewestBytes = 6
/** A line of a longer value is hidden alone from this length; shorter ones (`{`, `"type":`) stand anywhere. */
const fewestLineCharacters = 16

/**
 * Words that are passwords on developers' machines and stand everywhere in what databases and tools print; and the
 * word of our own mark, which whoever copied a redacted file has as a password.
 */
const ordinaryWords =
  /^(?:postgres(?:ql)?|password|secret|default|localhost|development|production|staging|undefined|(?:dis|en)abled|required|\[?redacted\]?)$/i

/** Whether a value is too short, or too ordinary a word, to be hidden without mangling everything else. */
export function isTooPlain(value: string): boolean {
  return Buffer.byteLength(value) < fewestBytes || ordinaryWords.test(value)
}

/** Every form in which a value may be seen: plain, its lines, and each of these in URLs, JSON, hex and base64. */
export function formsOf(value: string): string[] {
  const wellFormed = value.toWellFormed()
  return [...new Set([wellFormed, ...linesOf(wellFormed)].flatMap(encodingsOf))]
}

/** A key in a variable is often one line with `\n` written out, which the app turns into lines. */
function linesOf(value: string): string[] {
  const lines = value.split(/\r?\n|\\n/).map((line) => line.trim())
  return lines.filter((line) => line.length >= fewestLineCharacters && !line.startsWith('-----'))
}

function encodingsOf(value: string): string[] {
  const bytes = Buffer.from(value)
  const hex = bytes.toString('hex')
  return [value, ...inUrls(value), ...inJson(value), hex, hex.toUpperCase(), ...inBase64(bytes)]
}

/** Encoders differ in what they leave alone, in the space, and in the case of `%2F`. */
function inUrls(value: string): string[] {
  const component = encodeURIComponent(value)
  const strict = component.replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
  const form = new URLSearchParams({ '': value }).toString().slice(1)
  const forms = [component, strict, strict.replaceAll('%20', '+'), form, encodeURI(value)]
  return [...forms, ...forms.map((encoded) => encoded.replace(/%../g, (code) => code.toLowerCase()))]
}

/** As JavaScript writes it, all in ASCII (Python), with `\/` (PHP), and safe inside HTML (Go, Rails). */
function inJson(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1)
  const ascii = escaped(json, /[^\x20-\x7e]/g)
  return [
    json,
    ascii,
    json.replaceAll('/', '\\/'),
    ascii.replaceAll('/', '\\/'),
    escaped(json, /[<>&\u2028\u2029]/g),
  ]
}

function escaped(json: string, what: RegExp): string {
  return json.replace(what, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/**
 * In a base64 text three bytes become four characters, so a value can begin at three places. Of it only those
 * characters are always the same that come from its own bytes alone, unless the text ends with it. Of six bytes
 * these are at least seven characters, so that nothing else is taken for them.
 */
function inBase64(bytes: Buffer): string[] {
  const forms = [0, 1, 2].flatMap((shift) => {
    const padded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
    const last = padded.slice(Math.ceil((shift * 8) / 6))
    const inside = padded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6))
    return [last, last.replace(/=+$/, ''), inside]
  })
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))]
}
