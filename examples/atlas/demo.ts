import { checkOutcome } from './demo/outcome.ts'
import { performDemo } from './demo/perform.ts'
import { scenes } from './demo/story.ts'

// Shows what Purser does for Atlas. It ends with exit code 0 when everything was as it should be, else with 1.
await performDemo({ scenes, checkOutcome })
