import { once } from 'node:events'
import { accessSync, chmodSync, chownSync, constants, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Escapes } from '../../../../supervision/apart/keeper/escapes.ts'
import { identityOf } from './identity.ts'
import { mountOver } from './mount.ts'
import { type Found, serversOutside } from './servers-outside.ts'
import { isPlumbing } from './unix-sockets.ts'

/**
 * Hides the Unix sockets of servers outside: a namespace of networks holds only those without a place in the file system.
 * Over each is one of ours, on which nobody is answered; or a file, where it takes datagrams or is none of a twin's business.
 */
export class HiddenSockets {
  readonly #outside: number
  readonly #escapes: Escapes
  /** By path: what we have put there, by its identity. */
  readonly #covers = new Map<string, string>()

  constructor(outside: number, escapes: Escapes) {
    this.#outside = outside
    this.#escapes = escapes
  }

  /** Hides those that there are now and are not hidden. */
  async hide(): Promise<void> {
    for (const found of serversOutside(this.#outside)) {
      if (this.#isUncovered(found.place)) await this.#cover(found)
    }
  }

  /** Whatever is bound there now: a server that started again has put a new one in the old one's place. */
  #isUncovered(place: string): boolean {
    const there = identityOf(place)
    return there !== undefined && there !== this.#covers.get(place)
  }

  async #cover({ place, isStream }: Found): Promise<void> {
    const cover = `cover-${this.#covers.size}-${Date.now()}`
    if (isStream && !isPlumbing(place)) await this.#listen(cover, place)
    else writeFileSync(cover, '')
    likeThat(cover, place)
    this.#covers.set(place, identityOf(cover) ?? '')
    try {
      await mountOver(cover, place)
    } catch (error) {
      if (identityOf(place) !== undefined) throw error // else it has gone meanwhile
    }
  }

  async #listen(cover: string, place: string): Promise<void> {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.resume()
      this.#escapes.to(place)
    })
    server.listen(cover)
    await once(server, 'listening')
  }
}

/** Whoever may not connect to the one may not connect to the other. */
function likeThat(cover: string, place: string): void {
  const { mode, uid, gid } = statSync(place)
  try {
    chownSync(cover, uid, gid)
    chmodSync(cover, mode & 0o777)
  } catch {
    chmodSync(cover, isWritable(place) ? 0o666 : 0) // nobody but root gives files away
  }
}

function isWritable(place: string): boolean {
  try {
    accessSync(place, constants.W_OK)
    return true
  } catch {
    return false
  }
}
