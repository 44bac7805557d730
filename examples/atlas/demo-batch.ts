import { checkSigns, scenes } from './demo/batch-story.ts'
import { performDemo } from './demo/perform.ts'

// Shows a batch over all of Atlas's places that is killed, and does each of them once all the same. It ends with exit
// code 0 when everything was as it should be, else with 1.
await performDemo({ scenes, checkOutcome: checkSigns })
