import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'

/** Gives new paths in a folder of this file's own, which goes when its tests are done. */
export function temporaryFiles(): () => string {
  const directory = mkdtempSync(path.join(tmpdir(), 'copycat-mapped-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  let count = 0
  return () => path.join(directory, `${count++}.bin`)
}
