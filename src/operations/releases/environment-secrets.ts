import { readFileSync } from 'node:fs'
import type { EnvironmentConfiguration } from '../../config/configuration.ts'
import { type Secret, secretsOf } from '../../core/redaction/secrets.ts'
import type { Reference } from '../../environment/reference.ts'

/** What must be seen nowhere: of the app's variables, and of the database URLs that stand in files. */
export function environmentSecrets(
  variables: ReadonlyMap<string, string>,
  settings: EnvironmentConfiguration,
): Secret[] {
  return secretsOf(new Map([...variables, ...urlsInFiles(settings)]), settings.secrets ?? [])
}

function urlsInFiles({ databases = {} }: EnvironmentConfiguration): [name: string, url: string][] {
  return Object.entries(databases).flatMap(([name, { url, clones = {} }]) => [
    ...urlInFile(`the URL of database ${name}`, url),
    ...urlInFile(`the URL of the server for clones of ${name}`, clones.server),
    ...urlInFile(`the URL of the replica of ${name}`, clones.replica),
  ])
}

function urlInFile(name: string, reference: Reference | undefined): [name: string, url: string][] {
  if (reference === undefined || !('file' in reference)) return []
  return readIfReadable(reference.file).map((text) => [name, text])
}

/** `purser check` says what can't be read; who can't read it can't show it either. */
function readIfReadable(file: string): string[] {
  try {
    return [readFileSync(file, 'utf8').trim()]
  } catch {
    return []
  }
}
