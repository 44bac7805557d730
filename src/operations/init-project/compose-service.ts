import { readFile } from 'node:fs/promises'
import path from 'node:path'

const composeFiles = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml']

/**
 * The service of a compose file that is built here, else its first: the one that most likely is the app. Only the usual
 * way of writing is understood, since what is found is the user's to correct.
 */
export async function composeService(folder: string): Promise<string | undefined> {
  for (const file of composeFiles) {
    const text = await readFile(path.join(folder, file), 'utf8').catch(() => '')
    const [, services = ''] =
      /^services:[ \t]*\r?\n((?:[ \t]+.*\r?\n|[ \t]*#.*\r?\n|\r?\n)*)/m.exec(`${text}\n`) ?? []
    const found = [...services.matchAll(/^ {2}([\w.-]+):[ \t]*\r?\n((?: {3,}.*\r?\n|\r?\n)*)/gm)]
    const built = found.find(([, , settings = '']) => /^ +build:/m.test(settings)) ?? found[0]
    if (built?.[1] !== undefined) return built[1]
  }
  return undefined
}
