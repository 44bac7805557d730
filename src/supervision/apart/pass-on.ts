import type { Socket } from 'node:net'

/** Passes all that comes over one connection on over another, both ways, as soon as it comes. */
export function passOn(inner: Socket, outer: Socket): void {
  inner.setNoDelay(true)
  outer.setNoDelay(true)
  // One that ends badly ends the other; one that ends well does so once all that it said has been passed on.
  inner.on('error', () => outer.destroy()).on('close', () => outer.end())
  outer.on('error', () => inner.destroy()).on('close', () => inner.end())
  inner.pipe(outer)
  outer.pipe(inner)
}
