import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Container } from '../../../../support/docker/container.ts'
import { images } from '../../../../support/docker/image-names.ts'
import { temporaryFolder } from '../../../../support/temporary-folder.ts'
import { type Difference, otherFile } from './difference.ts'

const secrets = temporaryFolder()
const secret = path.join(secrets.folder, 'app')
const rotate = (value: string) => writeFileSync(secret, value)

const serves = (container: Container) => container.printed('The app serves')

const variable = (pair: string) => ['--env', pair]

/** Variables, and the files that a process reads its settings from. */
export const variables: readonly Difference[] = [
  { number: 21, rank: 'block', what: 'a missing variable', app: variable('CURRENCY=EUR') },
  {
    number: 22,
    rank: 'block',
    what: 'a variable with another value',
    app: variable('CURRENCY=EUR'),
    twin: variable('CURRENCY=CHF'),
  },
  {
    number: 22,
    rank: 'block',
    what: 'a value that differs in its last byte of 100 kB, over many lines',
    app: variable(`TERMS=${'"\n\''.repeat(33_333)}a`),
    twin: variable(`TERMS=${'"\n\''.repeat(33_333)}b`),
  },
  { number: 23, rank: 'block', what: 'a variable that the app lacks', twin: variable('CURRENCY=EUR') },
  {
    number: 23,
    rank: 'block',
    what: 'a variable that is empty, and that the app lacks',
    twin: variable('CURRENCY='),
  },
  {
    number: 24,
    rank: 'block',
    what: 'a secret that the entrypoint exports, rotated since the app started',
    needs: async () => {
      rotate('the first one')
      return { [Symbol.asyncDispose]: async () => secrets[Symbol.dispose]() }
    },
    image: images.entrypoint,
    both: ['--volume', `${secret}:/run/secrets/app:ro`],
    between: async (app) => {
      await serves(app)
      rotate('a second one')
    },
    prepare: serves,
  },
  {
    number: 25,
    rank: 'info',
    what: 'the quotes of a file of variables',
    app: variable('CURRENCY=EUR'),
    twin: variable('CURRENCY="EUR"'),
    also: { kinds: [[22, 'block']], since: 'they are a part of the value' },
  },
  {
    number: 26,
    rank: 'info',
    what: 'another .env file',
    ...otherFile('/app/.env', 'CURRENCY=EUR\n', 'CURRENCY=CHF\n'),
  },
  {
    number: 57,
    rank: 'block',
    what: 'another role in the cloud',
    twin: variable('AWS_ROLE_ARN=arn:aws:iam::1'),
  },
  {
    number: 59,
    rank: 'block',
    what: 'another region',
    app: variable('AWS_REGION=eu-central-1'),
    twin: variable('AWS_REGION=us-east-1'),
  },
  {
    number: 60,
    rank: 'info',
    what: 'another source of credentials',
    twin: variable('AWS_EC2_METADATA_DISABLED=true'),
  },
  { number: 61, rank: 'info', what: 'another key', twin: variable('KMS_KEY_ID=alias/shop') },
  {
    number: 70,
    rank: 'warn',
    what: 'another queue',
    app: variable('REDIS_URL=redis://cache/1'),
    twin: variable('REDIS_URL=redis://cache/2'),
  },
  { number: 71, rank: 'info', what: 'another pool', twin: variable('DATABASE_POOL=3') },
  { number: 72, rank: 'info', what: 'another log level', twin: variable('LOG_LEVEL=debug') },
]
