import { describe, expect, it } from 'vitest'
import { SshFailed } from './connect/ssh-connection.ts'
import { parseAddress } from './locate/address.ts'
import type { ChosenBy, Located } from './locate/locate.ts'
import { unreachable as because } from './unreachable.ts'

function at(where: string, chosenBy: ChosenBy = 'default'): Located {
  return { address: parseAddress(where, false), where, chosenBy }
}

const failure = (code: string, message = `connect ${code}`) => Object.assign(new Error(message), { code })

const unix = 'unix:///var/run/docker.sock'
const alert =
  '00C5:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:../ssl/record.c:916:SSL alert number 116\n'
const untrusted =
  'unable to verify the first certificate; if the root CA is installed locally, try running Node.js with --use-system-ca'

const unreachable = (located: Located, error: unknown) => because(located, error, false)

describe('an engine that can’t be reached', () => {
  it.each([
    [unix, failure('ENOENT'), 'there is no such socket'],
    [unix, failure('ECONNREFUSED'), 'nothing listens at that socket'],
    [unix, failure('ECONNRESET'), 'the connection was closed without a whole answer'],
    [unix, failure('HPE_INVALID_CONSTANT'), 'what answers there does not speak HTTP'],
    ['tcp://far:2375', failure('ECONNREFUSED'), 'the connection was refused'],
    ['tcp://far:2375', failure('ENOTFOUND'), 'its name leads to no address'],
    ['tcp://far:2375', new Error('something new'), 'something new'],
    ['https://far', failure('ERR_SSL_X', alert), 'TLS failed: tlsv13 alert certificate required'],
    ['https://far', failure('UNABLE_TO_X', untrusted), 'TLS failed: unable to verify the first certificate'],
    ['ssh://far', failure('ENOENT'), 'there is no program ssh here'],
    [
      'ssh://far',
      new SshFailed('exit code 255', 'Host key\r\nverification failed.\r\n'),
      'ssh ended with exit code 255: Host key verification failed',
    ],
    ['ssh://far', new SshFailed('SIGKILL', ''), 'ssh ended with SIGKILL and said nothing'],
  ])('at %s, by %s', (where, error, cause) => {
    expect(unreachable(at(where), error)).toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: `No Docker Engine answers at ${where}, where it usually is: ${cause}.`,
    })
  })

  it.each<[ChosenBy, string]>([
    ['configuration', 'which the configuration names'],
    ['DOCKER_HOST', 'which DOCKER_HOST names'],
    ['DOCKER_CONTEXT', 'which DOCKER_CONTEXT names'],
    ['current context', 'which `docker context use` has chosen'],
  ])('says that it is that of the %s', (chosenBy, clause) => {
    const { message, remedy } = unreachable(at(unix, chosenBy), failure('ENOENT'))
    expect(message).toContain(`${unix}, ${clause}: there`)
    expect(remedy.includes('DOCKER_HOST')).toBe(chosenBy !== 'configuration')
  })

  it.each([
    [unix, 'systemctl start docker'],
    ['tcp://far:2375', 'this machine may connect to it. Another'],
    ['https://far', 'DOCKER_CERT_PATH'],
    ['ssh://far', '`ssh far docker version`'],
  ])('at %s has its remedy', (where, words) => {
    expect(unreachable(at(where), failure('ECONNREFUSED')).remedy).toContain(words)
  })

  it('and was before, is no longer', () => {
    expect(because(at(unix), failure('ECONNREFUSED'), true).message).toBe(
      `The Docker Engine at ${unix}, where it usually is, has answered before and does not now: nothing listens at that socket.`,
    )
  })

  it('is another matter where the socket may not be opened', () => {
    const error = unreachable(at(unix), failure('EACCES'))
    expect(error.code).toBe('ENGINE_FORBIDDEN')
    expect(error.remedy).toContain('usermod -aG docker')
  })
})
