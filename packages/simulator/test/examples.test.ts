import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const examples = path.resolve(import.meta.dirname, '../examples')

function run(file: string): Promise<{ readonly code: number | null, readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@copycat/source', path.join(examples, file)], { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output += chunk.toString() })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}

describe('examples', () => {
  it.each(readdirSync(examples))('%s runs to its end', async (file) => {
    const { code, output } = await run(file)
    expect(code, output).toBe(0)
    expect(output).toMatch(/^\d+ operations were acknowledged/)
  })
})
