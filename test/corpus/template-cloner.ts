import { randomBytes } from 'node:crypto'
import type { Clone, Cloner } from '../../src/databases/clone.ts'
import type { Postgres } from '../support/postgres.ts'

/** Clones a database of this server by the server's own copy, beside it: quick, and the same for every version. */
export function templateCloner(server: Postgres, database: string): Cloner {
  const dataFrom = new Date()
  return {
    async clone(): Promise<Clone> {
      const began = performance.now()
      const name = `clone_${randomBytes(6).toString('hex')}`
      await server.query(`create database ${name} template ${database}`)
      return {
        ...{ name, url: server.url({ database: name }), strategy: 'template', why: 'It is a test.' },
        ...{ madeAt: new Date(), dataFrom, tookMs: performance.now() - began, fingerprint: '' },
        faithfulness: { isFaithful: true, checks: [], masked: [], notes: [] },
        async [Symbol.asyncDispose]() {
          await server.query(`drop database ${name} with (force)`)
        },
      }
    },
    standing: () => Promise.reject(new Error('Nobody asks for it here.')),
    list: async () => [],
    drop: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
}
