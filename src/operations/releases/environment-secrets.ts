import { readFileSync } from 'node:fs'
import type { EnvironmentConfiguration } from '../../config/configuration.ts'
import { type Secret, secretsOf } from '../../core/redaction/secrets.ts'

/** What must be seen nowhere: of the app's variables, and of the database URLs that stand in files. */
export function environmentSecrets(
  variables: ReadonlyMap<string, string>,
  settings: EnvironmentConfiguration,
): Secret[] {
  return secretsOf(new Map([...variables, ...urlsInFiles(settings)]), settings.secrets ?? [])
}

function urlsInFiles({ databases = {} }: EnvironmentConfiguration): [name: string, url: string][] {
  return Object.entries(databases).flatMap(([name, { url }]): [string, string][] =>
    'file' in url ? readIfReadable(url.file).map((text) => [`the URL of database ${name}`, text]) : [],
  )
}

/** `purser check` says what can't be read; who can't read it can't show it either. */
function readIfReadable(file: string): string[] {
  try {
    return [readFileSync(file, 'utf8').trim()]
  } catch {
    return []
  }
}
