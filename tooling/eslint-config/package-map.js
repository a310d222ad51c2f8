import { readFileSync } from 'node:fs'

/** Package (folder name) to what it may import and whether a browser client needs it; shared with tidy. */
export const packageMap = JSON.parse(readFileSync(new URL('../tidy/map.json', import.meta.url), 'utf8'))

/** The packages that `name` may import: those in its line of the map, and what their lines name. */
export function importable(name, map = packageMap) {
  const found = new Set()
  const visit = (next) => {
    for (const lower of map[next].mayImport) {
      if (found.has(lower)) continue
      found.add(lower)
      visit(lower)
    }
  }
  visit(name)
  return [...found]
}

/** Folders of the packages that run in browsers. */
export const browserPackages = Object.keys(packageMap).filter((name) => packageMap[name].browser)
