import type { Package } from '@arethetypeswrong/core'

/** What the build takes out: the instruments of the simulator, which switch on bugs of the past. */
const traces = /\binstruments\b|\b(?:mutant|buggify|cover)\(/

/** Every file of a packed package that still has a trace of the simulator's instruments, in its name or in its text. */
export function instrumentFaults(files: Pick<Package, 'listFiles' | 'readFile'>): string[] {
  return files.listFiles().flatMap((file) => {
    const found = traces.exec(file) ?? traces.exec(files.readFile(file))
    return found === null ? [] : [`${file} has an instrument of the simulator: ${found[0]}`]
  })
}
