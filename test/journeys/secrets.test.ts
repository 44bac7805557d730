import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { purser, typePurser } from '../support/cli.ts'
import { filesBelow, readIfThere, readKept } from '../support/kept-files.ts'
import { makeProject } from '../support/project.ts'
import { foundIn } from '../support/secret-values.ts'

const count = 50
const secrets = Array.from(
  { length: count },
  (_, i) => `s3cr3t/${'abcdefghij'[i % 10]}+${i}=%&"${'xyz'.repeat(3)}${i * 7919}`,
)
const variables = Object.fromEntries(secrets.map((value, i) => [`SERVICE_${i}_TOKEN`, value]))

/** Prints every secret in every form, whole and in two halves, then fails with one of them in its error. */
const leaky = `import { defineScript } from 'purser'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
export default defineScript({
  name: 'leaky', summary: 'Tells what it should not.', params: z.object({ password: z.string(), note: z.string() }),
  async run({ params, progress }) {
    const values = Object.entries(process.env).filter(([name]) => name.endsWith('_TOKEN')).map(([, value]) => value)
    for (const value of [...values, params.password]) {
      const buffer = Buffer.from(value)
      console.log(value, encodeURIComponent(value), buffer.toString('base64'), buffer.toString('hex'), JSON.stringify(value))
      console.error(Buffer.from('user:' + value + '@').toString('base64'))
      process.stdout.write(value.slice(0, 9)); await setTimeout(1); process.stdout.write(value.slice(9) + '\\n')
      progress(1, 2, 'at ' + value)
    }
    console.log('printed all')
    await setTimeout(300)
    throw new Error('failed with ' + values[0])
  },
})`

it(`finds none of ${count} secrets in anything that is shown or kept`, async () => {
  await using project = makeProject()
  project.write('tasks/leaky.js', leaky)
  await project.startApp(variables)
  const password = 'p4ssw0rd-of-a-parameter'
  const args = ['run', 'leaky', '-e', 'local', '--params', '-', '--reason', `because of ${secrets[1]}`]
  const parameters = JSON.stringify({ password, note: `see ${secrets[2]}` })
  const typed = typePurser(project.folder, args, { input: parameters })
  await typed.printed('printed all')
  const commandLines = readdirSync('/proc').map((pid) => readIfThere(`/proc/${pid}/cmdline`))
  const { code, stdout, stderr } = await typed.finished
  expect(code).toBe(1)

  const shown = [stdout, stderr]
  for (const command of [
    ['logs', 'last'],
    ['logs', 'last', '--json'],
    ['show', 'last'],
    ['show', 'last', '--json'],
    ['runs', '--json'],
    ['ledger', 'export'],
    ['tasks', '-e', 'local', '--json'],
  ]) {
    const seen = await purser(project.folder, command)
    shown.push(seen.stdout, seen.stderr)
  }
  const kept = filesBelow(path.join(project.folder, '.purser')).map(readKept)
  expect(shown.join().match(/\[redacted/g)?.length).toBeGreaterThan(count)
  expect(kept.length).toBeGreaterThan(4)
  // The command that the test itself typed has a secret in its reason; nobody can take that back.
  const others = commandLines.filter((line) => !line.includes('leaky'))
  for (const text of [...shown, ...kept, ...others]) {
    expect({ found: foundIn(text, [...secrets, password]), in: text }).toEqual({ found: [], in: text })
  }
})
