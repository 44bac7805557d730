import type { Duplex } from 'node:stream'
import { attachTo, createContainer, removeContainer, startContainer } from '../containers/container.ts'
import { helperBody } from '../containers/helper-body.ts'
import type { Engine } from '../engine/engine.ts'
import type { HostConfig } from '../engine/types.ts'
import { type HelperImage, helperLabels } from '../labels.ts'
import { exchange, type Patience, type Printed } from './exec.ts'

/** A container of ours beside another one, in its process and network namespaces. */
export interface Helper {
  readonly image: HelperImage
  /** Whose namespaces. */
  readonly container: string
  readonly argv: readonly string[]
  readonly rights?: Pick<HostConfig, 'CapAdd' | 'SecurityOpt'>
}

/** Runs a helper until it ends, and removes it. */
export async function runHelper(
  engine: Engine,
  helper: Helper & Patience & { readonly input: string },
): Promise<Printed> {
  const { connection, remove } = await startHelper(engine, helper)
  try {
    return await exchange(connection, helper.input, helper)
  } finally {
    await remove()
  }
}

/** Starts a helper whose streams are the caller's; it must be removed. */
export async function startHelper(
  engine: Engine,
  { image, container, argv, rights }: Helper,
): Promise<{ readonly connection: Duplex; readonly remove: () => Promise<void> }> {
  const { name, labels } = helperLabels(image)
  const beside = `container:${container}`
  const HostConfig = { PidMode: beside, NetworkMode: beside, ...rights }
  const body = helperBody({ image: image.image, labels, argv, HostConfig })
  const id = await createContainer(engine, { name, networks: [], body })
  const remove = () => removeContainer(engine, id)
  try {
    const connection = await attachTo(engine, id)
    await startContainer(engine, id)
    return { connection, remove }
  } catch (error) {
    await remove()
    throw error
  }
}
