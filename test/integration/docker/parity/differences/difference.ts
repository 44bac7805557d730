import { randomBytes } from 'node:crypto'
import { utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Container } from '../../../../support/docker/container.ts'
import { docker } from '../../../../support/docker/docker.ts'
import { temporaryFolder } from '../../../../support/temporary-folder.ts'

type Rank = 'block' | 'warn' | 'info'

/** One way to make two containers that differ in one kind of fact. */
export interface Difference {
  /** The kind's number and rank, as the list of kinds in the issue has them. */
  readonly number: number
  readonly rank: Rank
  readonly what: string
  /** Other kinds that can't but differ as well, and why. */
  readonly also?: {
    readonly kinds: readonly (readonly [number: number, rank: Rank])[]
    readonly since: string
  }
  /** What both need, made before and disposed of after them. */
  readonly needs?: () => Promise<AsyncDisposable>
  /** The app's, and the twin's unless that is another one; the busybox one, which sleeps, unless stated. */
  readonly image?: string
  readonly twinImage?: () => Promise<string>
  /** Options of `docker run`, for both, and for one alone. */
  readonly both?: readonly string[]
  readonly app?: readonly string[]
  readonly twin?: readonly string[]
  /** In the place of the image's command. */
  readonly command?: readonly string[]
  readonly twinCommand?: readonly string[]
  /** What happens after the app's start and before the twin's. */
  readonly between?: (app: Container) => Promise<unknown>
  /** Is done in both, once they run. */
  readonly prepare?: (container: Container) => Promise<unknown>
  /** Is done in the twin alone, at last. What it returns is disposed of with the test. */
  readonly change?: (twin: Container, app: Container) => Promise<unknown>
}

/** A name that no other test run on this engine has. */
export function ownName(what: string): string {
  return `purser-parity-${what}-${randomBytes(4).toString('hex')}`
}

/** Of every file that is put into a container, so that no two differ in it. */
const changed = new Date('2026-01-01T00:00:00Z')

/** Writes a file into a container's own layer, with its folders. */
export async function putFile(
  container: Container,
  target: string,
  content: string,
  mode = 0o644,
): Promise<void> {
  using temporary = temporaryFolder()
  const file = path.join(temporary.folder, 'file')
  writeFileSync(file, content, { mode })
  utimesSync(file, changed, changed)
  await container.exec('mkdir', '-p', path.dirname(target))
  await docker('cp', file, `${container.id}:${target}`)
}

/** Puts a file with this content into both, and then with another one into the twin. */
export function otherFile(
  target: string,
  content: string,
  other: string,
): Pick<Difference, 'prepare' | 'change'> {
  return {
    prepare: (container) => putFile(container, target, content),
    change: (twin) => putFile(twin, target, other),
  }
}

/** Runs a command in the twin alone. */
export function inTwin(...argv: readonly string[]): Pick<Difference, 'change'> {
  return { change: (twin) => twin.exec(...argv) }
}
