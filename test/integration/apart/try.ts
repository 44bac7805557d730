import { tryApart } from '../../../src/executors/local/apart/try-apart.ts'

/** Says whether twins can be kept apart by whoever runs this. */
console.log(JSON.stringify(await tryApart()))
