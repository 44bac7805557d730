import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { ProcessIdentity } from '../../../../runs/events.ts'
import { isAlive } from '../../../../runs/process-identity.ts'

/** What is kept of a clone that a command makes, from before it is made until it is dropped. No URL is in it. */
export interface CloneRecord {
  readonly name: string
  readonly environment: string
  readonly database: string
  readonly state: 'making' | 'ready'
  readonly madeAt: string
  readonly madeBy: string
  readonly host: string
  readonly process: ProcessIdentity | undefined
}

const ending = '.clone.json'

export async function keepRecord(folder: string, record: CloneRecord): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(path.join(folder, `${record.name}${ending}`), JSON.stringify(record))
}

export async function removeRecord(folder: string, name: string): Promise<void> {
  await rm(path.join(folder, `${name}${ending}`), { force: true })
}

/** Those of one database of one environment. */
export async function readRecords(
  folder: string,
  of: Pick<CloneRecord, 'environment' | 'database'>,
): Promise<readonly CloneRecord[]> {
  const names = await readdir(folder).catch(() => [])
  const records = await Promise.all(
    names.filter((name) => name.endsWith(ending)).map((name) => readRecord(path.join(folder, name))),
  )
  return records.filter(
    (record) =>
      record !== undefined && record.environment === of.environment && record.database === of.database,
  ) as readonly CloneRecord[]
}

async function readRecord(file: string): Promise<CloneRecord | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as CloneRecord
  } catch {
    return undefined // it went in between
  }
}

/** Whether the process that holds it is there still; of another machine nobody can tell. */
export function isHeld({ host, process }: CloneRecord, here: string): boolean {
  return host !== here || (process !== undefined && isAlive(process))
}
