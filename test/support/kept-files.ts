import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { zstdDecompressSync } from 'node:zlib'

export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile())
}

/** What a file holds, byte for byte as Latin-1; what Purser compressed is expanded. */
export function readKept(file: string): string {
  const bytes = readFileSync(file)
  return (file.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes).toString('latin1')
}

/** Empty where there is no such file, or no more: processes end while /proc is read. */
export function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
