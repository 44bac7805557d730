import { type FileHandle, open } from 'node:fs/promises'
import { encodeHead, type SegmentHead } from './codec.ts'
import { segmentFile } from './folder.ts'
import { removeSegment } from './segment.ts'

/** The segment that grows. It holds whole lines only, whatever fails. */
export class SegmentWriter {
  readonly #file: FileHandle
  #size = 0

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** Throws the system's error when there is no room for it, or the folder is gone. */
  static async create(folder: string, number: number, head: SegmentHead): Promise<SegmentWriter> {
    const writer = new SegmentWriter(await open(segmentFile(folder, number), 'ax', 0o600))
    try {
      await writer.append([encodeHead(head)])
      return writer
    } catch (error) {
      await writer.close()
      await removeSegment(folder, number)
      throw error
    }
  }

  get size(): number {
    return this.#size
  }

  /** Throws the system's error when the lines could not be written; then none of them is there. */
  async append(lines: readonly Uint8Array[]): Promise<void> {
    try {
      const { bytesWritten } = await this.#file.writev(lines)
      const all = lines.reduce((sum, { length }) => sum + length, 0)
      if (bytesWritten < all) throw new RangeError(`Only ${bytesWritten} of ${all} bytes could be written.`)
      this.#size += all
    } catch (error) {
      await this.#file.truncate(this.#size).catch(() => undefined)
      throw error
    }
  }

  async close(): Promise<void> {
    // what a close may fail at (NFS) is what was written before
    await this.#file.close().catch(() => undefined)
  }
}
