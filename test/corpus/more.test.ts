import { programs, rehearsesAll } from './suite.ts'

// The corpus itself goes through every version. These take as long again, and Debian's counts what clients send.
rehearsesAll('more.json', { on: programs.slice(-1) })
