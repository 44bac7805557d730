import fc from 'fast-check'

/** A column that a key can have, and texts of values that it takes. */
export interface KeyType {
  /** As in `create table`, with its collation. */
  readonly type: string
  readonly values: fc.Arbitrary<string>
}

const words = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom(
    '',
    ' ',
    'a',
    'A',
    'á',
    'Á',
    'ä',
    'z',
    'Z',
    'ß',
    'ss',
    '-a',
    'a-',
    "it's",
    '"',
    '\\',
    ',',
    '\n',
    '{}',
  ),
)
// PostgreSQL keeps no NUL, and halves of surrogate pairs are no text
const texts = words.filter((word) => !word.includes('\0') && word.isWellFormed())
const short = texts.filter((word) => [...word].length <= 5)
const integers = (min: bigint, max: bigint) =>
  fc.oneof(
    fc.bigInt({ min: -50n, max: 50n }),
    fc.bigInt({ min, max }),
    fc.constantFrom(min, min + 1n, max - 1n, max),
  )
const floats = fc.oneof(
  fc.double().map(String),
  fc.float().map(String),
  fc.constantFrom('NaN', 'Infinity', '-Infinity', '0', '-0', '1e-300', '0.1', '0.30000000000000004'),
)
const pad = (n: number, width = 2) => String(n).padStart(width, '0')
const instants = fc
  .record({
    year: fc.oneof(fc.integer({ min: 1990, max: 2030 }), fc.integer({ min: 1, max: 4_700 })),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 28 }),
    micros: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 86_399_999_999 })),
    era: fc.constantFrom('', '', '', ' BC'),
  })
  .map(({ micros, ...date }) => {
    const seconds = Math.floor(micros / 1_000_000)
    const clock = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60].map((n) =>
      pad(n),
    )
    return {
      date: `${pad(date.year, 4)}-${pad(date.month)}-${pad(date.day)}`,
      time: `${clock.join(':')}.${pad(micros % 1_000_000, 6)}`,
      era: date.era,
    }
  })
const orEnds = (values: fc.Arbitrary<string>) => fc.oneof(values, fc.constantFrom('infinity', '-infinity'))
const stamps = orEnds(instants.map(({ date, time, era }) => `${date} ${time}${era}`))
const bytes = fc.uint8Array({ maxLength: 5 }).map((array) => `\\x${Buffer.from(array).toString('hex')}`)
const octet = fc.integer({ min: 0, max: 255 })
const moods = ['sad', 'ok', 'Happy "!"', 'z', 'a']

/** What must be there before the columns. */
export const preparation = `
  create schema "Odd. schema";
  create type "Odd. schema"."Mood" as enum (${moods.map((mood) => `'${mood}'`).join(', ')});
  create domain "Odd. schema"."Code" as varchar(5) collate "C" check (length(value) < 99);
  create collation "Odd. schema".german (provider = icu, locale = 'de-u-co-phonebk');
  create collation "Odd. schema".caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);`

export const keyTypes: Readonly<Record<string, KeyType>> = {
  smallint: { type: 'smallint', values: integers(-32_768n, 32_767n).map(String) },
  int: { type: 'int', values: integers(-(2n ** 31n), 2n ** 31n - 1n).map(String) },
  bigint: { type: 'bigint', values: integers(-(2n ** 63n), 2n ** 63n - 1n).map(String) },
  numeric: {
    type: 'numeric',
    values: fc.oneof(
      floats.filter((text) => !/inf/i.test(text)),
      integers(-(10n ** 60n), 10n ** 60n).map(String),
    ),
  },
  'numeric(8,2)': {
    type: 'numeric(8,2)',
    values: fc.integer({ min: -99_999_999, max: 99_999_999 }).map((n) => String(n / 100)),
  },
  double: { type: 'double precision', values: floats },
  real: {
    type: 'real',
    values: fc.oneof(
      fc.float({ noDefaultInfinity: true }).map(String),
      fc.constantFrom('NaN', 'Infinity', '-Infinity', '0.1', '1e-38'),
    ),
  },
  text: { type: 'text', values: texts },
  'text in C': { type: 'text collate "C"', values: texts },
  'text in German': { type: 'text collate "Odd. schema".german', values: texts },
  'text of any case': { type: 'text collate "Odd. schema".caseless', values: texts },
  'varchar(5)': { type: 'varchar(5)', values: short },
  'char(5)': { type: 'char(5)', values: short },
  name: { type: 'name', values: short },
  uuid: { type: 'uuid', values: fc.uuid() },
  date: { type: 'date', values: orEnds(instants.map(({ date, era }) => date + era)) },
  timestamp: { type: 'timestamp', values: stamps },
  'timestamp(3)': { type: 'timestamp(3)', values: stamps },
  timestamptz: { type: 'timestamptz', values: stamps },
  time: {
    type: 'time',
    values: fc.oneof(
      instants.map(({ time }) => time),
      fc.constant('24:00:00'),
    ),
  },
  timetz: {
    type: 'timetz',
    values: fc
      .tuple(instants, fc.integer({ min: -12, max: 12 }))
      .map(([{ time }, zone]) => `${time}${zone < 0 ? '-' : '+'}${pad(Math.abs(zone))}`),
  },
  interval: {
    type: 'interval',
    values: fc
      .tuple(
        ...[12, 40, 90_000].map((most) => fc.integer({ min: -most, max: most })),
        fc.integer({ min: -999_999, max: 999_999 }),
      )
      .map(
        ([months, days, seconds, micros]) =>
          `${months} months ${days} days ${seconds} seconds ${micros} microseconds`,
      ),
  },
  bytea: { type: 'bytea', values: bytes },
  inet: {
    type: 'inet',
    values: fc.oneof(
      fc.tuple(octet, octet, fc.integer({ min: 0, max: 32 })).map(([a, b, bits]) => `10.${a}.${b}.1/${bits}`),
      fc.ipV6(),
    ),
  },
  boolean: { type: 'boolean', values: fc.constantFrom('true', 'false') },
  enum: { type: '"Odd. schema"."Mood"', values: fc.constantFrom(...moods) },
  domain: { type: '"Odd. schema"."Code"', values: short },
  'bit(4)': {
    type: 'bit(4)',
    values: fc.integer({ min: 0, max: 15 }).map((n) => n.toString(2).padStart(4, '0')),
  },
  'int[]': {
    type: 'int[]',
    values: fc.array(fc.integer(), { maxLength: 3 }).map((array) => `{${array.join(',')}}`),
  },
  money: {
    type: 'money',
    values: fc.integer({ min: -9_999_999, max: 9_999_999 }).map((n) => String(n / 100)),
  },
}
