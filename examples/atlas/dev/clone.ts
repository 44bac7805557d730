import { dropClone, makeClone } from './clones.ts'

// What purser.config.ts names as the commands for clones: `create NAME` prints the URL of a copy of Atlas's database,
// `drop NAME` removes it, also one that is not there, or is there by half.
const [, , verb, name = ''] = process.argv

if (!/^purser_clone_\w+$/.test(name)) throw new Error(`"${name}" is no name of a clone.`)

switch (verb) {
  case 'create':
    console.log(await makeClone(name))
    break
  case 'drop':
    await dropClone(name)
    break
  default:
    throw new Error(`"${verb}" is neither create nor drop.`)
}
