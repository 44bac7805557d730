import { performDemo } from './demo/perform.ts'
import { checkSchema, removeNewMigrations, scenes } from './demo/rehearsal-story.ts'

// Shows migrations that are rehearsed on copies of Atlas's database before production takes them. It ends with exit code
// 0 when everything was as it should be, else with 1.
await removeNewMigrations() // of a demo that was killed
try {
  await performDemo({ scenes, checkOutcome: checkSchema })
} finally {
  await removeNewMigrations()
}
