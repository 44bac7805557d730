import { buildCommand } from '@stricli/core'
import type { JsonObject } from '../../core/json.ts'
import { listTasks } from '../../operations/list-tasks.ts'
import { describeSchema, propertiesOf } from '../../tasks/parameters/json-schema.ts'
import type { TaskEntry } from '../../tasks/task.ts'
import { environmentFlag, jsonFlag, serviceFlag } from '../flags.ts'
import { loadContext, type Session } from '../session.ts'
import { printable } from '../terminal/printable.ts'
import { paint } from '../terminal/style.ts'
import { columnsOf, wrapTo } from '../terminal/width.ts'

interface Flags {
  readonly environment?: string
  readonly service?: string
  readonly json: boolean
}

export const command = buildCommand<Flags, [], Session>({
  parameters: {
    flags: { environment: environmentFlag, service: serviceFlag, json: jsonFlag },
    aliases: { e: 'environment' },
  },
  docs: {
    brief: 'List the tasks of the release that serves now',
    fullDescription: `List the tasks of the release that serves now, with their parameters (as JSON Schema with --json).

  purser tasks -e local`,
  },
  async func({ environment, service, json }) {
    const context = await loadContext(this, { readingWillDo: true })
    const manifest = await listTasks(context, environment, service)
    if (json) return console.log(JSON.stringify(manifest))
    for (const task of manifest.tasks) console.log(describeTask(task))
    for (const { file, why } of manifest.broken) {
      console.log(
        `${paint('red', '✖')} ${printable(file)} ${paint('red', 'is broken')}\n    ${printable(why)}`,
      )
    }
    if (manifest.tasks.length + manifest.broken.length === 0) {
      console.log('The release has no tasks. `purser init` writes a first one.')
    }
  },
})

function describeTask({ name, kind, summary, exclusive, parameters }: TaskEntry): string {
  const traits = [kind, ...(exclusive ? ['one at a time'] : [])].join(', ')
  const lines = [`${paint('bold', name)}  ${paint('dim', traits)}`, `    ${printable(summary)}`]
  return [...lines, ...describeParameters(parameters)]
    .map((line) => wrapTo(line, columnsOf(process.stdout), 6))
    .join('\n')
}

function describeParameters(schema: JsonObject | null | undefined): string[] {
  if (schema === undefined) return []
  if (schema === null) return [`    ${paint('dim', 'parameters: its validator does not describe them')}`]
  const required = Array.isArray(schema.required) ? schema.required : []
  return Object.entries(propertiesOf(schema)).map(([name, property]) => {
    const { description } = property as JsonObject
    const type = describeSchema(property as JsonObject) ?? 'any'
    const need = required.includes(name) ? 'required' : 'optional'
    const note = typeof description === 'string' ? `  ${printable(description)}` : ''
    return `    ${paint('cyan', name)}  ${paint('dim', `${type}, ${need}`)}${note}`
  })
}
