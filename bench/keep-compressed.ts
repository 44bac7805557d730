/** Starts the module in its arguments with Node, and pipes what that prints through zstd into a file. */
import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createZstdCompress } from 'node:zlib'

const file = join(tmpdir(), `purser-bench-${process.pid}.zst`)
const child = spawn(process.execPath, process.argv.slice(2), { stdio: ['ignore', 'pipe', 'inherit'] })
await pipeline(child.stdout, createZstdCompress(), createWriteStream(file))
await rm(file)
