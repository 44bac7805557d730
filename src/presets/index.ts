export { docker } from './docker.ts'
export { local } from './local.ts'
export { postgres } from './postgres.ts'
export { sqlite } from './sqlite.ts'
