// a varchar constant
const constant = `'(?:[^']|'')*'::character varying`
const wholeList = new RegExp(`\\(ARRAY\\[(${constant}(?:, ${constant})*)\\]\\)::text\\[\\]`, 'g')
const oneOfList = new RegExp(`\\((${constant})\\)::text`, 'g')

/**
 * The server writes a comparison of a varchar with a list in one way when it was made by hand and in another after a dump
 * was restored, and means the same: `(ARRAY['a'::character varying])::text[]`, `ARRAY[('a'::character varying)::text]`.
 */
export function settled(definition: string): string {
  if (!definition.includes('::character varying')) return definition
  return definition.replace(wholeList, 'ARRAY[$1]').replace(oneOfList, '$1')
}
