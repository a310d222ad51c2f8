import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Kinds of marks in product code. */
export type Mark = 'mutant' | 'buggify' | 'cover'

/** A mark and where it stands. */
export interface MarkedPlace {
  readonly name: string
  /** `packages/…/src/….ts`. */
  readonly file: string
}

/** Every place in the sources of all packages that is marked so, in the order of files and lines. */
export function markedPlaces(root: string, mark: Mark): MarkedPlace[] {
  const call = new RegExp(`\\b${mark}\\('([^']*)'\\)`, 'g')
  return sourcesOf(root).flatMap((file) => [...readFileSync(path.join(root, file), 'utf8').matchAll(call)].map(([, name]) => ({ name: name!, file })))
}

function sourcesOf(root: string): string[] {
  return readdirSync(path.join(root, 'packages')).sort().flatMap((folder) => {
    const directory = `packages/${folder}/src`
    return (readdirSync(path.join(root, directory), { recursive: true }) as string[])
      .filter((file) => file.endsWith('.ts') && `${directory}/${file}` !== 'packages/utils/src/instruments.ts').sort().map((file) => `${directory}/${file}`)
  })
}
