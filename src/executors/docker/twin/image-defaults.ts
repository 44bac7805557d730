import type { ContainerConfig, ContainerInspect, ImageInspect } from '../engine/types.ts'

/**
 * What a container states itself, without what it took from its image: for the same image that makes no difference, and
 * a candidate's own defaults (its entrypoint, its folder) come into effect where the app's were its image's.
 */
export function statedConfig({ Config }: ContainerInspect, image: ImageInspect): ContainerConfig {
  const defaults = image.Config ?? {}
  const stated = <Name extends 'User' | 'WorkingDir' | 'Entrypoint' | 'StopSignal'>(name: Name) =>
    isSame(Config[name], defaults[name]) ? {} : { [name]: Config[name] }
  return {
    ...stated('User'),
    ...stated('WorkingDir'),
    ...stated('Entrypoint'),
    ...stated('StopSignal'),
    Env: statedVariables(Config, defaults),
  }
}

function statedVariables({ Env }: ContainerConfig, defaults: ContainerConfig): string[] {
  const ofImage = new Set(defaults.Env ?? [])
  return (Env ?? []).filter((pair) => !ofImage.has(pair))
}

function isSame(a: unknown, b: unknown): boolean {
  const filled = (value: unknown) => (value === null || value === '' ? undefined : value)
  return JSON.stringify(filled(a)) === JSON.stringify(filled(b))
}
