import { openCloner } from '../../../src/databases/postgres/clone/open-cloner.ts'

// Makes a clone as its argument says, and holds it: a process of its own, so that it can be killed.
const { place, options } = JSON.parse(process.argv[2] ?? '')
const say = (sentence: string) => console.log(sentence)
const clone = await openCloner(place, options).clone(
  { madeBy: 'a process', say },
  new AbortController().signal,
)
console.log(`made ${clone.name}`)
process.stdin.resume() // until it is killed
