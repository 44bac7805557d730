import type { TimingEvidence, TraceEvidence } from '../evidence.ts'
import { meanwhile } from '../meanwhile.ts'
import { playWhole } from '../play.ts'
import type { Scene, Stage } from '../stage.ts'
import { changedTables } from '../touched-tables.ts'

/**
 * Runs the migration with nothing observed, while its tables, and those that they reference, are read and written as an
 * application would. `undefined` where it touches no table that was there.
 */
export async function timing(
  stage: Stage,
  scene: Scene,
  traced: TraceEvidence,
): Promise<TimingEvidence | undefined> {
  const { contentBefore, before, after, historyTables } = traced
  // what commits by itself is seen by what has become of its tables
  const seen = new Set([...contentBefore.keys(), ...changedTables(before, after)])
  const touched = [...seen].filter((name) => !historyTables.includes(name))
  const parents = before.references.flatMap(({ child, parent }) => (touched.includes(child) ? [parent] : []))
  const tables = [...new Set([...touched, ...parents])]
  if (tables.length === 0) return undefined
  const probes = await scene.inspector.probe(tables)
  return await meanwhile(probes, () => playWhole(stage, scene, traced))
}
