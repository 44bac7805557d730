import { accessSync, constants, statSync } from 'node:fs'
import { PurserError } from '../core/errors.ts'

/**
 * A program of the system, by absolute path: the app's PATH must not decide what runs before its user is taken on. Throws
 * `PACKAGE_MISSING`, with what the program does here and which packages bring it.
 */
export function systemProgram(name: string, purpose: string, packages: string): string {
  const found = ['/usr/bin', '/bin', '/usr/sbin', '/sbin']
    .map((folder) => `${folder}/${name}`)
    .find(isExecutable)
  if (found !== undefined) return found
  throw new PurserError('PACKAGE_MISSING', {
    message: `The program "${name}", which ${purpose}, is not on this machine.`,
    remedy: `Install ${packages}.`,
  })
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
