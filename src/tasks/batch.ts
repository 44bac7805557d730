import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Sql } from './sql.ts'
import type { TaskOptions } from './task-options.ts'
import type { ThrottleSignal } from './throttle.ts'

/** A column, or several that are the key together, most significant first. Unique, never null, with an index. */
export type BatchKey = string | readonly [string, ...string[]]

type Given<Parameters, T> = T | ((parameters: Parameters) => T)

/** The rows of a batch: of a table, or of a query. Its end is fixed when the batch begins. */
export type BatchSource<Parameters> =
  | {
      /** Its name, with its schema if it needs one: `public.places`. */
      readonly table: string
      readonly key: BatchKey
      /** Only these rows: `where: ({ before }) => sql`created_at < ${before}``. */
      readonly where?: Given<Parameters, Sql>
    }
  | {
      /** A select whose columns include the key. */
      readonly query: Given<Parameters, Sql>
      readonly key: BatchKey
    }

/** How large slices are: so many rows, or as many as take about so long. */
export type SliceSize = { readonly rows: number } | { readonly targetMs: number }

/** What a batch may do before it is ended or given up on. */
export interface BatchLimits {
  /** How often a slice is tried before it is halved, and its last row before it is buried. 3 unless stated. */
  readonly tries?: number
  /** Ends the run when more rows than this are buried: a number, or a share of all such as `'0.1%'`. 100 unless stated. */
  readonly buried?: number | `${number}%`
  /** After how many milliseconds a slice is given up on, and halved. 60,000 unless stated. */
  readonly sliceMs?: number
  /** After how many milliseconds without a word of its worker a slice is handed to another. 30,000 unless stated. */
  readonly leaseMs?: number
}

/** A row of the source. */
export type Row = Readonly<Record<string, unknown>>

/** The transaction in which a slice's effects and the record that it is done commit together. */
export interface SliceTransaction {
  /** Runs one statement; `$1` and so on stand for the values. A `sql` piece brings its own. */
  query<R extends Row = Row>(
    text: string | Sql,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: readonly R[]; readonly count: number }>
}

/** What `process` is given for one slice. */
export interface SliceContext<Parameters> {
  readonly params: Parameters
  /** The slice's rows, in the order of their keys. */
  readonly rows: readonly Row[]
  readonly tx: SliceTransaction
  readonly run: string
  /**
   * A text for a row's effects elsewhere (mail, HTTP): the same in every try, whatever slice the row is in. Such
   * effects happen at least once; the other side must know the key to keep it at once.
   */
  idempotencyKey(row: Row): string
  /** Aborts when the slice is out of time or no more this worker's. */
  readonly signal: AbortSignal
}

/** The slice's bounds and the source's filter, as a condition. */
export type SliceCondition = Sql & {
  /** The same, with the key's columns of this table or alias. The filter stays as it was written. */
  of(alias: string): Sql
}

/** A change to many rows, slice by slice. */
export type BatchOptions<Schema extends StandardSchemaV1 = StandardSchemaV1> = TaskOptions<Schema> & {
  /** Which of the environment's databases it changes. */
  readonly database: string
  readonly source: BatchSource<StandardSchemaV1.InferOutput<Schema>>
  /** 1,000 rows unless stated. */
  readonly slice?: SliceSize
  readonly limits?: BatchLimits
  /** What it yields to: nothing unless stated. */
  readonly throttle?: readonly ThrottleSignal[]
} & (
    | {
        process(context: SliceContext<StandardSchemaV1.InferOutput<Schema>>): unknown
        readonly statement?: never
      }
    | {
        /** One statement that changes a slice's rows. It must contain `${slice}` in its condition. */
        statement(context: {
          readonly params: StandardSchemaV1.InferOutput<Schema>
          readonly slice: SliceCondition
        }): Sql
        readonly process?: never
      }
  )
