import { rehearsesAll } from './suite.ts'

rehearsesAll('hazards.json')
