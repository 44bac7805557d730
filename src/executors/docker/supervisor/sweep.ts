import type { Engine } from '../engine/engine.ts'
export async function sweep(
  _engine: Engine,
  _place: string,
  _folder: (attempt: string) => string,
): Promise<void> {}
