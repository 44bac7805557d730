import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Address } from '../locate/address.ts'
import type { Variables } from '../locate/locate.ts'

type SshAddress = Extract<Address, { kind: 'ssh' }>

const keptWords = 500
const lastWordsMs = 300

/**
 * A connection to the engine on another machine: the user's own `ssh`, which runs `docker system dial-stdio` over there.
 * Host keys, keys and jumps are ssh's. It has what `http.Agent` asks of a socket.
 */
export class SshConnection extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams
  #words = ''
  #idle: NodeJS.Timeout | undefined
  /** Milliseconds without traffic after which it says so; 0 is never. */
  timeout = 0

  constructor(address: SshAddress, variables: Variables) {
    super({ allowHalfOpen: false })
    // In a session of its own: Ctrl-C is for purser, which still has something to say to the engine then.
    this.#child = spawn('ssh', sshArguments(address), {
      env: { ...variables },
      detached: true,
      stdio: 'pipe',
    })
    const { stdin, stdout, stderr } = this.#child
    stdin.on('error', () => {}) // ssh has ended: its end says how
    stdout.on('data', (bytes: Uint8Array) => this.#receive(bytes))
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#words = (this.#words + text).slice(-keptWords)
    })
    void this.#watch()
  }

  override _read(): void {
    this.#child.stdout.resume()
  }

  override _write(bytes: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.#watchIdle()
    this.#child.stdin.write(bytes, () => done())
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#idle)
    this.#child.kill()
    for (const stream of this.#child.stdio) stream?.destroy()
    done(error)
  }

  setTimeout(ms: number): this {
    this.timeout = ms
    this.#watchIdle()
    return this
  }

  setKeepAlive(): this {
    return this // ssh's own configuration says whether it does
  }

  setNoDelay(): this {
    return this
  }

  ref(): this {
    this.#child.ref()
    for (const pipe of this.#pipes()) pipe.ref()
    return this
  }

  unref(): this {
    this.#child.unref()
    for (const pipe of this.#pipes()) pipe.unref()
    return this
  }

  #receive(bytes: Uint8Array): void {
    this.#watchIdle()
    if (!this.push(bytes)) this.#child.stdout.pause()
  }

  async #watch(): Promise<void> {
    try {
      const [[code, signal]] = await Promise.all([
        once(this.#child, 'exit'),
        once(this.#child.stdout, 'end'),
        // A connection that ssh shares, and leaves behind, may hold this pipe for hours.
        Promise.race([once(this.#child, 'close'), once(this.#child, 'exit').then(() => delay(lastWordsMs))]),
      ])
      if (code === 0) this.push(null)
      else this.destroy(new SshFailed(signal ?? `exit code ${code}`, this.#words))
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #watchIdle(): void {
    clearTimeout(this.#idle)
    if (this.timeout > 0) this.#idle = setTimeout(() => this.emit('timeout'), this.timeout).unref()
  }

  // Node types the pipes of a child as streams; they are sockets.
  #pipes(): Socket[] {
    return [this.#child.stdin, this.#child.stdout, this.#child.stderr] as unknown as Socket[]
  }
}

/** ssh ended badly, or what it ran over there did. */
export class SshFailed extends Error {
  constructor(end: string, words: string) {
    const said = words
      .trim()
      .replace(/\s*[\r\n]+\s*/g, ' ')
      .replace(/\.$/, '')
    super(said === '' ? `ssh ended with ${end} and said nothing` : `ssh ended with ${end}: ${said}`)
    this.name = 'SshFailed'
  }
}

function sshArguments({ host, user, port, socket }: SshAddress): string[] {
  return [
    ...['-o', 'ConnectTimeout=30', '-T'],
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', port]),
    ...['--', host, 'docker'],
    ...(socket === undefined ? [] : ['--host', `unix://${socket}`]),
    ...['system', 'dial-stdio'],
  ]
}
