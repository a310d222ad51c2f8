// JavaScript, because Node.js 20 loads this file without help.
import { writeDeclarations } from './declarations.js'
import { withoutInstruments } from './instruments.js'

/**
 * Build settings of every published package: ESM only, one file per entry point plus shared chunks.
 * @param {Record<string, string>} entry name of the output file (without ending) to source file.
 * @returns {import('tsup').Options}
 */
export function tsupConfig(entry) {
  return {
    entry,
    format: ['esm'],
    target: 'node20',
    // The packages for browsers and those for Node.js alone are built alike; only the latter import `node:`.
    platform: 'neutral',
    external: [/^node:/],
    sourcemap: true,
    clean: true,
    splitting: true,
    dts: false,
    esbuildPlugins: [withoutInstruments()],
    onSuccess: async () => writeDeclarations(process.cwd()),
  }
}
