import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../../test/support/temporary-folder.ts'
import { locateEngine } from './locate.ts'

/** A folder as ~/.docker is, with these contexts. */
function dockerFolder(contexts: Readonly<Record<string, object>>, config?: unknown) {
  const temporary = temporaryFolder()
  const write = (file: string, text: string) => {
    const target = path.join(temporary.folder, file)
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, text)
  }
  for (const [name, docker] of Object.entries(contexts))
    write(`contexts/meta/${idOf(name)}/meta.json`, JSON.stringify({ Name: name, Endpoints: { docker } }))
  if (config !== undefined) write('config.json', typeof config === 'string' ? config : JSON.stringify(config))
  return { ...temporary, write, variables: { DOCKER_CONFIG: temporary.folder } }
}

const idOf = (name: string) => createHash('sha256').update(name).digest('hex')

describe('the engine', () => {
  const contexts = {
    prod: { Host: 'ssh://prod' },
    test: { Host: 'tcp://test:2375' },
    local: { Host: 'unix:///local.sock' },
  }
  const config = { currentContext: 'local' }
  const usual = { DOCKER_HOST: 'unix:///env.sock', DOCKER_CONTEXT: 'test' }

  it.each([
    [
      'a given host',
      { host: 'unix:///given.sock', context: 'prod' },
      usual,
      'unix:///given.sock',
      'configuration',
    ],
    ['a given context', { context: 'prod' }, usual, 'ssh://prod (context prod)', 'configuration'],
    ['DOCKER_HOST', {}, usual, 'unix:///env.sock', 'DOCKER_HOST'],
    ['DOCKER_CONTEXT', {}, { ...usual, DOCKER_HOST: '' }, 'tcp://test:2375 (context test)', 'DOCKER_CONTEXT'],
    ['the current context', {}, {}, 'unix:///local.sock (context local)', 'current context'],
    ['the given context "default"', { context: 'default' }, usual, 'unix:///env.sock', 'DOCKER_HOST'],
    ['DOCKER_CONTEXT=default', {}, { DOCKER_CONTEXT: 'default' }, 'unix:///var/run/docker.sock', 'default'],
  ])('is that of %s', async (_, options, variables, where, chosenBy) => {
    using folder = dockerFolder(contexts, config)
    const located = await locateEngine(options, { ...variables, ...folder.variables })
    expect(located).toMatchObject({ where, chosenBy })
  })

  it.each([
    ['without a configuration', undefined],
    ['without a current context', {}],
    ['with the current context "default"', { currentContext: 'default' }],
  ])('is at its usual place %s', async (_, config) => {
    using folder = dockerFolder({}, config)
    expect(await locateEngine({}, folder.variables)).toEqual({
      address: { kind: 'unix', path: '/var/run/docker.sock' },
      where: 'unix:///var/run/docker.sock',
      chosenBy: 'default',
    })
  })

  it('is looked up in ~/.docker', async () => {
    using folder = dockerFolder({})
    folder.write('.docker/config.json', '{ "currentContext": "gone" }')
    await expect(locateEngine({}, { HOME: folder.folder })).rejects.toThrow(
      'There is no Docker context "gone"',
    )
  })
})

describe('a context', () => {
  it.each([
    ['prdo', 'There is no Docker context "prdo". Did you mean "prod"?'],
    ['elsewhere', 'There is no Docker context "elsewhere". Known contexts: "default", "prod" and "test".'],
    ['../../x', 'There is no Docker context "../../x". Known contexts: "default", "prod" and "test".'],
  ])('that there is not is told with those that there are: %s', async (context, message) => {
    using folder = dockerFolder({ test: { Host: 'ssh://test' }, prod: { Host: 'ssh://prod' } })
    const error = await locateEngine({ context }, folder.variables).catch((error) => error)
    expect(error).toMatchObject({ code: 'ENGINE_UNKNOWN', message })
  })

  it('without an engine is refused', async () => {
    using folder = dockerFolder({ bare: {} })
    await expect(locateEngine({ context: 'bare' }, folder.variables)).rejects.toMatchObject({
      code: 'ENGINE_UNKNOWN',
      message: 'The Docker context "bare" names no Docker Engine.',
    })
  })

  it('is not guessed where the configuration is damaged', async () => {
    using folder = dockerFolder({}, '{')
    await expect(locateEngine({}, folder.variables)).rejects.toMatchObject({
      code: 'ENGINE_UNKNOWN',
      message: expect.stringContaining(`${folder.folder}/config.json can't be read`),
    })
  })
})

describe('TLS', () => {
  const pem = { ca: 'authority', cert: 'certificate', key: 'key' } as const
  const [ca, cert, key] = Object.values(pem).map((text) => Buffer.from(text))

  it.each([
    ['is not spoken with a tcp address', 'tcp://far', {}, undefined],
    ['is spoken where it is asked for', 'tcp://far', { DOCKER_TLS: '1' }, { ca, verify: false }],
    ['is verified where it is asked to be', 'tcp://far', { DOCKER_TLS_VERIFY: '1' }, { ca, verify: true }],
    [
      'is verified where both are',
      'tcp://far',
      { DOCKER_TLS: '1', DOCKER_TLS_VERIFY: '1' },
      { ca, verify: true },
    ],
    ['is verified with an https address', 'https://far', {}, { ca, verify: true }],
    ['is not spoken over a socket', 'unix:///x', { DOCKER_TLS_VERIFY: '1' }, undefined],
  ])('%s', async (_, DOCKER_HOST, variables, tls) => {
    using folder = dockerFolder({})
    folder.write('ca.pem', 'authority')
    const located = await locateEngine({}, { DOCKER_HOST, ...variables, ...folder.variables })
    expect(located.tls).toEqual(tls)
  })

  it('has its files in DOCKER_CERT_PATH', async () => {
    using folder = dockerFolder({})
    for (const [file, text] of Object.entries(pem)) folder.write(`certs/${file}.pem`, text)
    const certs = path.join(folder.folder, 'certs')
    const variables = { DOCKER_HOST: 'tcp://far', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certs }
    const located = await locateEngine({}, { ...variables, ...folder.variables })
    expect(located.tls).toEqual({ ca, cert, key, verify: true })
  })

  it.each([
    [
      'with files of its own',
      { Host: 'tcp://far' },
      ['ca', 'cert', 'key'] as const,
      { ca, cert, key, verify: true },
    ],
    ['unverified', { Host: 'tcp://far', SkipTLSVerify: true }, [] as const, { verify: false }],
    ['not at all', { Host: 'tcp://far' }, [] as const, undefined],
  ])('is spoken %s by a context', async (_, endpoint, files, tls) => {
    using folder = dockerFolder({ far: endpoint })
    for (const file of files) folder.write(`contexts/tls/${idOf('far')}/docker/${file}.pem`, pem[file])
    const located = await locateEngine({ context: 'far' }, folder.variables)
    expect(located.tls).toEqual(tls)
    expect(located.address).toEqual({
      kind: 'tcp',
      host: 'far',
      port: tls ? 2376 : 2375,
      tls: tls !== undefined,
    })
  })

  it('says which of its files can’t be read', async () => {
    using folder = dockerFolder({})
    folder.write('ca.pem/x', '')
    const variables = { DOCKER_HOST: 'https://far', ...folder.variables }
    await expect(locateEngine({}, variables)).rejects.toThrow(
      `The file ${folder.folder}/ca.pem, with which TLS`,
    )
  })
})
