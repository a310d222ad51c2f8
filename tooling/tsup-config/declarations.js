import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

const base = ts.readConfigFile(path.join(import.meta.dirname, '../tsconfig/base.json'), ts.sys.readFile).config.compilerOptions

/**
 * Writes `dist/**.d.ts` for `src/**.ts` without looking at other packages: with `isolatedDeclarations` no file needs to
 * know another, which takes a moment where a bundler of declarations takes seconds a package. Types are checked elsewhere;
 * only the library of the language is loaded, without which the compiler does not know `Symbol.asyncDispose` again.
 * @param {string} directory of the package.
 * @throws {Error} when an exported thing lacks the type that its declaration needs.
 */
export function writeDeclarations(directory) {
  const { options } = ts.convertCompilerOptionsFromJson(base, directory)
  const source = path.join(directory, 'src')
  // The simulator's instruments are in no build.
  const files = readdirSync(source, { recursive: true }).filter((file) => file.endsWith('.ts') && file !== 'instruments.ts').map((file) => path.join(source, file))
  const program = ts.createProgram(files, {
    ...options, noEmit: false, emitDeclarationOnly: true, noResolve: true, noCheck: true, types: [],
    allowImportingTsExtensions: true, rootDir: source, outDir: path.join(directory, 'dist'),
  })
  const faults = program.getDeclarationDiagnostics()
  program.emit(undefined, (file, text) => {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, withJsSpecifiers(text))
  })
  if (faults.length === 0) return
  throw new Error(ts.formatDiagnostics(faults, { getCanonicalFileName: (name) => name, getCurrentDirectory: () => directory, getNewLine: () => '\n' }))
}

/** What is published has `.js` beside each `.d.ts`, or inside a bundle; a `.ts` specifier would ask for our sources. */
function withJsSpecifiers(text) {
  return text.replace(/((?:from|import)\s*\(?\s*['"]\.{1,2}\/[^'"]*)\.ts(['"])/g, '$1.js$2')
}
