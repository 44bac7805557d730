import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface TlsFiles {
  /** Of the CA that signed the certificate. */
  readonly ca: string
  /** Of one that signed nothing here. */
  readonly otherCa: string
  /** For `localhost`, and not for 127.0.0.1. */
  readonly certificate: string
  readonly key: string
}

/** Makes a CA, a certificate that it signs, and another CA, in a new folder. */
export async function certificates(folder: string): Promise<TlsFiles> {
  mkdirSync(folder)
  const file = (name: string) => path.join(folder, name)
  const openssl = (...args: readonly string[]) => run('openssl', args)
  for (const name of ['ca', 'other']) {
    await openssl(
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-subj', `/CN=purser test ${name}`, '-keyout', file(`${name}.key`), '-out', file(`${name}.pem`)],
    )
  }
  await openssl(
    ...[
      'req',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-subj',
      '/CN=localhost',
    ],
    ...['-keyout', file('server.key'), '-out', file('server.csr')],
  )
  writeFileSync(file('names'), 'subjectAltName=DNS:localhost\n')
  await openssl(
    ...['x509', '-req', '-in', file('server.csr'), '-CA', file('ca.pem'), '-CAkey', file('ca.key')],
    ...['-CAcreateserial', '-days', '2', '-extfile', file('names'), '-out', file('server.pem')],
  )
  return {
    ca: file('ca.pem'),
    otherCa: file('other.pem'),
    certificate: file('server.pem'),
    key: file('server.key'),
  }
}
