/** The passes of a rehearsal. */
export const passNames = ['trace', 'timing', 'compat', 'dying', 'undo', 'twice', 'crowd'] as const

export type PassName = (typeof passNames)[number]

/** Why a rehearsal failed, or what was worth noting, as the ledger keeps it. */
export interface FindingRecord {
  readonly hazard: string
  readonly weight: 'fails' | 'notes'
  readonly table?: string
  /** The statement that showed it: its place in the evidence, from 0. */
  readonly statement?: number
  readonly evidence: string
  readonly remedy: string
  readonly accepted?: { readonly reason: string; readonly until: string }
}

/** How far a run of a migration may go: what was seen of it in its rehearsal. */
export interface Envelope {
  /** Rows that it changes, by table as `schema.name`. */
  readonly rows: Readonly<Record<string, EnvelopeRows>>
  /** The strongest lock that it takes of each table that was there, as the database calls it. */
  readonly locks: Readonly<Record<string, string>>
  /** Its longest statement, in milliseconds. */
  readonly longestStatementMs: number
  /** Statements that commit by themselves, by their text: nobody can hold these back, and others may not. */
  readonly alone: readonly string[]
}

export interface EnvelopeRows {
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
}

/** What a rehearsal was of: production takes what was rehearsed and nothing else. */
export interface Subject {
  /** The environment's database. */
  readonly database: string
  /** Digest of what is run: the release's own for migrations in code, else of the files, their tool and what is pending. */
  readonly content: string
  /** Digest of the schema that it begins with. */
  readonly startingSchema: string
  /** Tells the database from every other, a physical copy of it included. */
  readonly identity: string
}

/** A rehearsal's verdict, as the ledger keeps it with its run. */
export interface RehearsalRecord extends Subject {
  /** `not-rehearsed`: something that must be seen was not, which is never a pass. */
  readonly verdict: 'pass' | 'fail' | 'not-rehearsed'
  readonly findings: readonly FindingRecord[]
  /** What was not looked at, or not seen, in sentences. */
  readonly gaps: readonly string[]
  readonly passes: readonly {
    readonly pass: string
    readonly result: string
    readonly why?: string
    readonly ms?: number
  }[]
  /** Missing where nothing was seen to end well. */
  readonly envelope?: Envelope
  /** SHA-256 of the evidence, which is kept in a file beside the attempts, in hex. */
  readonly evidence?: string
}

/** What a migration did to production, beside what its rehearsal had said. */
export interface AppliedRecord {
  /** The rehearsal's run; missing where the glass was broken. */
  readonly rehearsal?: string
  readonly rows: Readonly<Record<string, EnvelopeRows>>
  readonly longestStatementMs: number
  /** In what it differed from what was rehearsed, in sentences. */
  readonly surprises: readonly string[]
}
