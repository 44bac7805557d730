const odd = [
  'plain',
  "qu'ote",
  'dou"ble',
  'sl/ash+plus=',
  'per%cent&and',
  'spa ce',
  'ümläut-ß',
  'back\\slash',
  'do$$ar',
  'li\nne',
]

/** Values that nothing else says, with what encoders and shells stumble over. */
export function secretValues(count: number, where: string): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${where}-${odd[at % odd.length]}-${(at + 7) ** 9}-end`)
}

/** How a value may be written: as it is, in JSON (once and twice), in URLs, in hex, and in base64 wherever it begins. */
export function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value)
  const hex = bytes.toString('hex')
  const base64 = [0, 1, 2].flatMap((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
    // The characters at either end have bits of what stands before or after it.
    const inside = encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6))
    return [inside, inside.replaceAll('+', '-').replaceAll('/', '_')]
  })
  const form = new URLSearchParams({ '': value }).toString().slice(1)
  const urls = [encodeURIComponent(value), encodeURI(value), form]
  const inJson = JSON.stringify(value)
  const json = [inJson.slice(1, -1), JSON.stringify(inJson).slice(3, -3)]
  return [...new Set([value, ...json, ...urls, hex, hex.toUpperCase(), ...base64])]
}

/** The values that stand in a text, in whichever form: `VALUE as FORM`. */
export function foundIn(text: string, values: readonly string[]): readonly string[] {
  return values.flatMap((value) =>
    formsOf(value)
      .filter((form) => text.includes(form))
      .map((form) => `${value} as ${form}`),
  )
}
