import { mkdtemp, open, rm } from 'node:fs/promises'
import path from 'node:path'
import { performance } from 'node:perf_hooks'

/** Bytes of a write, and of the file that they go round in. */
const writeBytes = 4096
const fileBytes = 16 * 1024 * 1024

/** Median milliseconds of 4 KiB written and synced (fdatasync) in a file that was filled before, in a new folder under `directory`. */
export async function measureDisk(directory: string, duration: number): Promise<number> {
  const own = await mkdtemp(path.join(directory, 'disk-'))
  try {
    const file = await open(path.join(own, 'file'), 'w+')
    try {
      const zeros = new Uint8Array(1024 * 1024)
      for (let at = 0; at < fileBytes; at += zeros.length) await file.write(zeros, 0, zeros.length, at)
      await file.sync()
      const block = new Uint8Array(writeBytes).fill(1)
      const times: number[] = []
      for (let start = performance.now(), before = start; before - start < duration;) {
        await file.write(block, 0, writeBytes, times.length * writeBytes % fileBytes)
        await file.datasync()
        const after = performance.now()
        times.push(after - before)
        before = after
      }
      times.sort((a, b) => a - b)
      return times[Math.floor(times.length / 2)]!
    } finally {
      await file.close()
    }
  } finally {
    await rm(own, { recursive: true, force: true })
  }
}
