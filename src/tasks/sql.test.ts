import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSql, joinSql, rawSql, sql } from './sql.ts'

describe('sql', () => {
  it('keeps values apart from the text', () => {
    const { strings, values } = sql`select * from places where name = ${"'; drop table places"} and id > ${3}`
    expect(strings).toEqual(['select * from places where name = ', ' and id > ', ''])
    expect(values).toEqual(["'; drop table places", 3])
  })

  it('takes another piece of SQL in, with its values in their places', () => {
    const filter = sql`country = ${'CH'} and population < ${5}`
    const { strings, values } = sql`delete from places where ${filter} and id = ${9}`
    expect(strings.join('?')).toBe('delete from places where country = ? and population < ? and id = ?')
    expect(values).toEqual(['CH', 5, 9])
  })

  it('is flat however deep it was put together', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.string())), (groups) => {
        const pieces = groups.map((group) =>
          joinSql(
            group.map((value) => sql`(${value})`),
            ', ',
          ),
        )
        const { strings, values } = joinSql(pieces, ' or ')
        expect(values).toEqual(groups.flat())
        expect(strings).toHaveLength(values.length + 1)
        expect(strings.join('?')).toBe(groups.map((group) => group.map(() => '(?)').join(', ')).join(' or '))
      }),
    )
  })

  it('knows its own from texts and objects', () => {
    expect([rawSql('now()'), sql`1`].every(isSql)).toBe(true)
    expect([undefined, null, 'select 1', { strings: [], values: [] }].some(isSql)).toBe(false)
  })
})
