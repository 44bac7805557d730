import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { makeContext } from '../../../src/cli/session.ts'
import { loadConfig } from '../../../src/config/load-config.ts'
import { openCloner } from '../../../src/operations/clones/open-cloner.ts'
import { resolveTarget } from '../../../src/operations/releases/resolve-target.ts'
import { sqlite } from '../../../src/presets/sqlite.ts'
import { identify } from '../../../src/runs/process-identity.ts'
import { makeProject } from '../../support/project.ts'
import { addressOf, openStage, queryAt } from './stage.ts'

it('a clone is made by the URL that the serving app has', async () => {
  const password = 'p@ss/'
  await using stage = await openStage(password)
  await using project = makeProject()
  const shop = await stage.makeDatabase()
  await shop.query('create table t as select 7 as n')
  const file = path.join(project.folder, 'clone-server-url')
  writeFileSync(file, addressOf(stage.cloneServer, password))
  project.write(
    'purser.config.ts',
    `import { local, postgres } from 'purser/presets'
export default { environments: { production: {
  services: { web: { executor: local({ pidFile: 'app.pid' }) } },
  databases: {
    main: postgres({ url: { variable: 'DATABASE_URL' }, clones: { server: { file: '${file}' } } }),
    other: postgres({ url: { variable: 'DATABASE_URL' } }),
  } } } }`,
  )
  await project.startApp({ DATABASE_URL: shop.url })
  const self = identify(process.pid)
  if (self === undefined) throw new Error('This process is not there.')
  const wired = { defaultLedger: sqlite(), version: '0', identifySelf: async () => self }
  const context = await makeContext(wired, await loadConfig(project.folder), { readingWillDo: true })
  const target = await resolveTarget(context, 'production', undefined)
  await using cloner = await openCloner(context, target, 'main')
  await using clone = await cloner.clone({ madeBy: 'a test' }, context.signal)
  expect(await queryAt(clone.url, 'select n from t')).toEqual([{ n: 7 }])
  await expect(openCloner(context, target, 'other')).rejects.toMatchObject({ code: 'CLONE_NOT_CONFIGURED' })
})
