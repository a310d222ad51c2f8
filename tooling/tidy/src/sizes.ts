import ts from 'typescript'
import { fault, note } from './finding.ts'
import type { Finding } from './finding.ts'
import type { TextFile, Workspace } from './workspace.ts'

const fileLinesNoted = 300
const fileLinesMax = 500
const functionLinesNoted = 70
const lineLengthNoted = 150

/** Files beyond 500 lines fail; files beyond 300, functions beyond 70 lines and lines beyond 150 characters are told. */
export function checkSizes(workspace: Workspace): Finding[] {
  return workspace.files.filter((file) => /^(packages|tooling)\/.*\.ts$/.test(file.path)).flatMap(fileFindings)
}

function fileFindings(file: TextFile): Finding[] {
  const lines = file.text.trimEnd().split('\n')
  const findings: Finding[] = []
  if (lines.length > fileLinesMax) findings.push(fault(file.path, `has ${lines.length} lines; at most ${fileLinesMax}`))
  else if (lines.length > fileLinesNoted) findings.push(note(file.path, `has ${lines.length} lines`))
  const long = lines.flatMap((line, at) => (line.length > lineLengthNoted ? [at + 1] : []))
  if (long.length > 0) findings.push(note(`${file.path}:${long[0]}`, `has ${long.length} lines of more than ${lineLengthNoted} characters`))
  // In a test file the callback of `describe` is no function that anybody reads at once.
  if (!file.path.includes('/test/') && !file.path.includes('/conformance/')) findings.push(...functionFindings(file))
  return findings
}

function functionFindings(file: TextFile): Finding[] {
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, false)
  const findings: Finding[] = []
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const first = lineOf(node.getStart(source))
      const length = lineOf(node.getEnd()) - first + 1
      if (length > functionLinesNoted) findings.push(note(`${file.path}:${first}`, `a function of ${length} lines`))
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return findings
}
