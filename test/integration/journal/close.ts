import { closeJournal } from '../../../src/runs/journal/post-mortem.ts'

// Closes the journal in FOLDER as one of several, and prints the frame that stands.
const [folder = ''] = process.argv.slice(2)
console.log(JSON.stringify(await closeJournal(folder, { end: 'lost', why: `found by ${process.pid}` })))
