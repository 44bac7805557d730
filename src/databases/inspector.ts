/**
 * One thing of a schema, by its kind: `table`, `view`, `materialized view`, `column`, `sequence`, `constraint`, `index`,
 * `trigger`, `policy`, `rule`, `statistics`, `schema`, `type`, `function`, `procedure`, `aggregate`, `extension`,
 * `event trigger`, `publication`, `default rights` and a few rare ones. Two snapshots of one database tell by `id` what was
 * renamed.
 */
export interface SchemaObject {
  readonly kind: string
  /** Qualified and without quotes: `public.users`, `public.users.email`, `public.users.age_ok`, `public.f(integer)`. */
  readonly name: string
  /** The table that it is part of, as `schema.name`. */
  readonly table?: string
  /** The same for as long as it lives; no two things of one kind share it. Means nothing in another database. */
  readonly id: string
  /**
   * All that is worth comparing; what does not apply is left out. `yes` and `no` are said so. Most have `owner`, `rights`
   * (`app SELECT, public SELECT`, a right each) and `comment`. A table: `kind` (`ordinary`, `partitioned`, `foreign`),
   * `columns` (their names in order), `persistence`, `rowSecurity`, `rowSecurityForced`, `options`, `accessMethod`,
   * `partitionKey`, `partitionBound`, `parents`. A view: `definition`, `columns`, `options`. A column: `type`, `nullable`
   * (`no, of new rows` where it was not validated), `default`, `generated`, `identity`, `collation`. A constraint: `kind`
   * (`primary key`, `unique`, `foreign key`, `check`, `exclusion`), `definition`, `validated`, `deferrable`,
   * `triggersDisabled`; NOT NULL is told by its column alone. An index: `definition` (without its own name), `unique`,
   * `primary`, `valid`. A trigger or rule: `definition`, `enabled`. A policy: `command`, `kind`, `roles`, `using`, `check`. A
   * type: `kind`, `labels` of an enum, `type` and `nullable` of a domain. A function: `definition`.
   */
  readonly properties: Readonly<Record<string, string>>
}

/** A schema at one moment: no ids, gaps or sizes are in the digest. */
export interface SchemaSnapshot {
  readonly digest: string
  readonly objects: readonly SchemaObject[]
  /** The storage of each table, materialized view and index by its name: another value is another file. */
  readonly files: ReadonlyMap<string, string>
  /** Foreign keys whose columns no index of their table begins with. */
  readonly unindexedForeignKeys: readonly { readonly table: string; readonly constraint: string }[]
  /** Indexes that are there and not valid (or not whole), as `schema.name`. */
  readonly invalidIndexes: readonly string[]
  /** `child` references `parent`. */
  readonly references: readonly TablePair[]
}

/** What a table holds, in numbers: no value is kept. */
export interface TableContent {
  readonly rows: number
  /** On disk, without indexes. */
  readonly bytes: number
  readonly columns: ReadonlyMap<string, ColumnContent>
}

export interface ColumnContent {
  readonly type: string
  readonly nonNull: number
  /**
   * Over all values in whatever order, as an application reads them: `1.50` and `1.5` are one number, an instant is one in
   * every time zone. Equal for equal values of two types.
   */
  readonly digest: string
}

/** A statement that clients send. */
export interface ClientStatement {
  /** Its constants may be parameters: `$1`. */
  readonly text: string
  /** As whom it is sent. */
  readonly role?: string
  readonly calls: number
}

/**
 * How a client's statement went: how many rows it returned (1,000 at most) or changed, or its SQLSTATE (`08006` where its
 * session was cut) and the name of the constraint that it ran into.
 */
export type ClientOutcome =
  | { readonly rows: number }
  | { readonly sqlState: string; readonly constraint?: string }

/** Clients' statements, prepared in sessions that stay open. */
export interface Clients extends AsyncDisposable {
  /** Roles that could not be taken: their statements are tried with other rights than clients have. */
  readonly lacking: readonly Lacking[]
  /** Executes each, rolled back, in the order they were given. */
  execute(): Promise<readonly ClientOutcome[]>
}

/** How long one kind of access to a table was kept waiting, in milliseconds. */
export interface Waiting {
  readonly longestMs: number
  readonly totalMs: number
  readonly tries: number
}

export interface TableWaiting {
  readonly reads: Waiting
  /** Missing where nothing may be written there (a materialized view), or no row is there to be written. */
  readonly writes?: Waiting
}

/**
 * Real reads and writes of tables, again and again, each rolled back and without triggers. A write waits for the row too.
 * Where the server has not enough sessions for all, some share one: while that waits, its other tables are not tried.
 */
export interface Probes {
  /** Ends them, and tells how long each was kept waiting, by table. */
  stop(): Promise<ReadonlyMap<string, TableWaiting>>
}

/** Two tables of which one references the other, as `schema.name`. */
export interface TablePair {
  readonly child: string
  readonly parent: string
}

export interface CrowdedPair extends TablePair {
  /** How many transactions of the crowd were ended since they and another waited for each other. */
  readonly deadlocks: number
}

/** Transactions that lock as an application does, again and again, each rolled back. */
export interface Crowd {
  stop(): Promise<readonly CrowdedPair[]>
}

/** Holds up what must wait for older transactions, so that it can be met half-way. */
export interface Brake extends AsyncDisposable {
  /**
   * Resolves once the statement that a session begins now is half done: it is held up, or it has worked for so many
   * milliseconds. `session` is what a wire calls it. Rejects for an abort.
   */
  caught(session: string, ms: number, signal: AbortSignal): Promise<void>
}

/** Rows to be written as an application does. */
export interface RowsToAdd {
  /** As `schema.name`. */
  readonly table: string
  /** Its columns in which something new is possible: they get no value, and the largest, too. */
  readonly columns: readonly string[]
}

/** How many rows were written; or why none, as an SQLSTATE or in words. */
export type AddedRows = { readonly added: number } | { readonly refusal: string }

/** What was written to disk so far, in bytes. */
export interface DiskUsage {
  /** To the server's write-ahead log, ever. */
  readonly walBytes: number
  /** By this database now, without temporary files. */
  readonly databaseBytes: number
}

/** Something going on in a database that a migration should not meet. */
export interface Activity {
  readonly kind:
    | 'long-transaction'
    | 'backup'
    | 'dump'
    | 'replica-behind'
    | 'migrator'
    | 'vacuum-to-prevent-wraparound'
  /** A sentence: what, since when, by whom. */
  readonly sentence: string
}

/** What a role lacks for something, and what to give it. */
export interface Lacking {
  /** As in "it lacks …". */
  readonly what: string
  /** A statement, such as a GRANT. */
  readonly grant: string
}

/** A lock of one migrator at a time, held by a session of its own. */
export interface MigratorLock extends AsyncDisposable {
  /** Aborts when the session, and the lock with it, is gone. */
  readonly lost: AbortSignal
}

/** Looks into one database for what is there, and changes nothing of it but where told. Throws `DATABASE_UNREACHABLE`. */
export interface Inspector extends AsyncDisposable {
  schema(): Promise<SchemaSnapshot>
  /**
   * Of tables and materialized views as `schema.name`; those that are not there, views and foreign tables are left out.
   * Throws `INSPECT_RIGHTS_MISSING` where a role may not see all rows.
   */
  content(tables: readonly string[]): Promise<ReadonlyMap<string, TableContent>>
  /** How many different values columns have, by `schema.table.column`. Slow on large tables. */
  distinct(
    columns: readonly { readonly table: string; readonly column: string }[],
  ): Promise<ReadonlyMap<string, number>>
  /** What clients have sent lately, the most frequent first; why that can't be seen otherwise. */
  clientStatements(limit: number): Promise<readonly ClientStatement[] | Lacking>
  /**
   * Prepares statements, each as its role; one that can't be prepared (COPY, BEGIN, DDL, two in one) tells so when it is
   * executed.
   */
  prepare(statements: readonly ClientStatement[]): Promise<Clients>
  /** Begins to read and write these tables, each every few milliseconds. Throws `INSPECT_RIGHTS_MISSING`. */
  probe(tables: readonly string[]): Promise<Probes>
  /** Begins to lock as an application does that writes a row of the child: first that, and then its parent. */
  crowd(pairs: readonly TablePair[]): Promise<Crowd>
  /** Takes hold at once, and for as long as it is not disposed of. */
  brake(): Promise<Brake>
  /**
   * Writes a few rows into each of these tables, like one that is there and with a key of their own. By table; what its
   * constraints did not let in is left out.
   */
  addRows(rows: readonly RowsToAdd[]): Promise<ReadonlyMap<string, AddedRows>>
  usage(): Promise<DiskUsage>
  /**
   * How many rows of each table were ever inserted, updated and deleted, by the table's id, as the server's statistics have it
   * once the sessions that did so are over.
   */
  written(): Promise<ReadonlyMap<string, number>>
  /** What is going on now beside this inspector; and what of it can't be seen. */
  activity(): Promise<{ readonly activities: readonly Activity[]; readonly lacking: readonly Lacking[] }>
  /** Runs a query that only reads, such as one of a migration tool's history. */
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Takes the migrator's lock, or tells who holds it. */
  lockForMigrator(holder: string): Promise<MigratorLock | { readonly heldBy: string }>
}
