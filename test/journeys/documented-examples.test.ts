import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { typeErrors } from '../package/type-errors.ts'
import { packageRoot } from '../support/package-root.ts'
import { makeProject, type Project } from '../support/project.ts'

/** A fenced block of a page: lines to be typed, or the text of a file. */
interface Block {
  readonly page: string
  readonly story: string
  readonly file?: string
  readonly text: string
}

const pages = globSync(['README.md', 'docs/**/*.md'], { cwd: packageRoot }).sort()
const blocks = pages.flatMap((page) => blocksOf(page, read(page)))
const stories = Map.groupBy(blocks, ({ page, story }) => `${page}: ${story}`)

function read(page: string): string {
  return readFileSync(path.join(packageRoot, page), 'utf8')
}

/** Blocks after a comment: `<!-- test: STORY -->` before lines to be typed, `<!-- test: STORY FILE -->` before a file. */
function blocksOf(page: string, markdown: string): readonly Block[] {
  const marked = markdown.matchAll(/^<!-- test: (\S+)(?: (\S+))? -->\n```\w+\n([\s\S]*?)^```$/gm)
  return [...marked].map(([, story = '', file, text = '']) => {
    return file === undefined ? { page, story, text } : { page, story, file, text }
  })
}

describe('what the documentation shows', () => {
  it('includes a first run', () => {
    const typed = stories
      .get('README.md: first-run')
      ?.map(({ text }) => text)
      .join('')
    for (const command of ['init', 'check', 'run hello', 'ledger verify']) {
      expect(typed).toContain(`npx purser ${command}`)
    }
  })

  it('is read wherever it is marked', () => {
    const marks = pages.flatMap((page) => read(page).match(/<!-- test:/g) ?? [])
    expect(blocks).toHaveLength(marks.length)
  })

  it.each([...stories])('works as written in %s', async (_name, story) => {
    await using project = makeProject()
    linkCommand(project)
    // found by this command, which `purser init` takes over; the folder tells it from every other app
    project.write(
      'package.json',
      JSON.stringify({ type: 'module', scripts: { start: `node app.js ${project.folder}` } }),
    )
    if (story.some(({ text }) => text.includes('purser init'))) {
      rmSync(path.join(project.folder, 'purser.config.ts'))
    }
    await project.startApp()
    for (const { file, text } of story) {
      if (file === undefined) type(project, text)
      else project.write(file, text)
    }
    const typescript = story.flatMap(({ file }) => (file?.endsWith('.ts') ? [file] : []))
    for (const file of typescript) {
      expect(typeErrors({ folder: project.folder, file, resolution: 'nodenext' })).toBe('')
    }
  })
})

it('names no path of the sources that is not there', () => {
  const named = [...pages, 'CONTRIBUTING.md'].flatMap((page) => sourcesIn(page))
  expect(named.length).toBeGreaterThan(10)
  expect(
    named.filter((one) => globSync(one.replaceAll('NAME', '*'), { cwd: packageRoot }).length === 0),
  ).toEqual([])
})

/** Paths that a page names as code; NAME stands for any. */
function sourcesIn(page: string): readonly string[] {
  const paths = read(page).matchAll(/`((?:src|test|scripts|bench|examples|docs)\/[\w./-]+)`/g)
  return [...paths].flatMap(([, one]) => one ?? [])
}

/** What `npm install` would do beside the link to this package, which is there. */
function linkCommand({ folder }: Project): void {
  mkdirSync(path.join(folder, 'node_modules/.bin'))
  symlinkSync('../purser/dist/bin/purser.js', path.join(folder, 'node_modules/.bin/purser'))
}

/** Types lines into a shell; throws what they printed when one of them fails. */
function type({ folder }: Project, lines: string): void {
  const { HOME = folder, PATH = '' } = process.env
  execFileSync('sh', ['-e', '-u', '-c', lines], {
    cwd: folder,
    env: {
      HOME,
      PATH: `${path.dirname(process.execPath)}:${PATH}`,
      npm_config_offline: 'true',
      npm_config_update_notifier: 'false',
    },
    stdio: 'pipe',
  })
}
