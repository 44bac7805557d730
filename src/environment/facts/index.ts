import { app } from './app.ts'
import { cloud } from './cloud.ts'
import { code } from './code.ts'
import { database } from './database.ts'
import { fileSystems } from './file-systems.ts'
import { files } from './files.ts'
import type { Kind } from './kind.ts'
import { limits } from './limits.ts'
import { machine } from './machine.ts'
import { network } from './network.ts'
import { packages } from './packages.ts'
import { runtime } from './runtime.ts'
import { start } from './start.ts'
import { timeAndLanguage } from './time-and-language.ts'
import { trust } from './trust.ts'
import { user } from './user.ts'
import { variables } from './variables.ts'

/** All ways in which a run can be somewhere other than the app, by number. */
export const kinds: readonly Kind[] = [
  code,
  start,
  runtime,
  packages,
  machine,
  variables,
  files,
  timeAndLanguage,
  user,
  limits,
  fileSystems,
  network,
  trust,
  cloud,
  database,
  app,
]
  .flat()
  .sort((a, b) => a.number - b.number)
