import { readFileSync } from 'node:fs'

/** The bytes of a golden file: hexadecimal, with comments from `#` to the end of a line. */
export function golden(name: string): Uint8Array {
  const text = readFileSync(new URL(`./${name}.hex`, import.meta.url), 'utf8')
  return new Uint8Array(Buffer.from(text.replaceAll(/#.*$/gm, '').replaceAll(/\s/g, ''), 'hex'))
}
