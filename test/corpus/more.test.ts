import { rehearsesAll } from './suite.ts'

rehearsesAll('more.json')
