/** Serves SQS on a port of this machine, until it is killed, with what is in the folder: `serve.ts PORT [FOLDER]`. */
import { startFauxqs } from 'fauxqs'

const [, , port, dataDir] = process.argv
await startFauxqs({ port: Number(port), logger: false, ...(dataDir !== undefined && { dataDir }) })
console.log('It serves.')
