import type { Options } from 'tsup'

/**
 * Build settings of every published package: ESM only, one file per entry point plus shared chunks.
 * @param entry name of the output file (without ending) to source file.
 */
export function tsupConfig(entry: Record<string, string>): Options {
  return {
    entry,
    format: ['esm'],
    target: 'node20',
    platform: 'neutral',
    external: [/^node:/],
    sourcemap: true,
    clean: true,
    splitting: true,
    treeshake: true,
    // tsup adds `baseUrl`, which TypeScript 6 refuses without this.
    dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
  }
}
