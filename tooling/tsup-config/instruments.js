import { readFileSync } from 'node:fs'
import ts from 'typescript'

const specifier = '@copycat/utils/instruments'

/**
 * Takes the instruments of the simulator out of what is built: its code, and the sources in its maps, are as if they had never been there.
 * @returns {NonNullable<import('tsup').Options['esbuildPlugins']>[number]}
 */
export function withoutInstruments() {
  return {
    name: 'without-instruments',
    setup(build) {
      build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8')
        return text.includes(specifier) ? { contents: removeInstruments(text, path), loader: 'ts' } : undefined
      })
    },
  }
}

/**
 * The text of a module without its instruments: `mutant` and `buggify` are false and what hangs on them is folded, `cover` is nothing.
 * @param {string} text
 * @param {string} file its name, for messages.
 * @returns {string}
 * @throws {Error} when an instrument is used in a way that leaves something behind.
 */
export function removeInstruments(text, file) {
  return new Remover(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)).remove()
}

class Remover {
  constructor(source) {
    this.source = source
    this.names = new Map()
  }

  remove() {
    for (const statement of this.source.statements) {
      if (!isInstrumentImport(statement)) continue
      const bindings = statement.importClause?.namedBindings
      if (bindings === undefined || !ts.isNamedImports(bindings)) this.fail(statement, 'instruments are imported by name')
      for (const { name, propertyName } of bindings.elements) this.names.set(name.text, (propertyName ?? name).text)
    }
    return this.rewrite(this.source, 0, this.source.text.length)
  }

  /** The text from `start` to `end` with every child of `node` rewritten. */
  rewrite(node, start = node.getStart(), end = node.end) {
    const { text } = this.source
    let result = ''
    let at = start
    node.forEachChild((child) => {
      const replacement = ts.isStatement(child) ? this.statement(child) : textOf(this.evaluate(child))
      result += text.slice(at, child.getStart())
      at = child.end
      if (replacement === '' && child.end > child.getStart()) {
        result = result.replace(/[ \t]*$/, '')
        at += /^[ \t]*\n?/.exec(text.slice(at))[0].length
      }
      result += replacement
    })
    return result + text.slice(at, end)
  }

  /** A statement without instruments; empty: nothing is left of it. */
  statement(node) {
    if (isInstrumentImport(node)) return ''
    if (ts.isExpressionStatement(node) && this.instrumentOf(node.expression) === 'cover') return ''
    if (!ts.isIfStatement(node)) return this.rewrite(node)
    const condition = this.evaluate(node.expression)
    const otherwise = node.elseStatement === undefined ? '' : this.statement(node.elseStatement)
    if (condition === false) return otherwise
    const then = this.statement(node.thenStatement)
    if (condition === true) return then
    if (then === '') {
      if (otherwise !== '' || mayAct(node.expression)) this.fail(node, 'an if whose condition may do something')
      return ''
    }
    const { text } = this.source
    const head = text.slice(node.getStart(), node.expression.getStart()) + condition + text.slice(node.expression.end, node.thenStatement.getStart()) + then
    return otherwise === '' ? head : head + text.slice(node.thenStatement.end, node.elseStatement.getStart()) + otherwise
  }

  /** What is known of an expression without instruments: true, false, or its text. */
  evaluate(node) {
    const instrument = this.instrumentOf(node)
    if (instrument === 'cover') this.fail(node, 'cover is a statement')
    if (instrument !== undefined) return false
    if (ts.isIdentifier(node) && this.names.has(node.text) && !ts.isImportSpecifier(node.parent)) this.fail(node, 'an instrument is called where it stands')
    if (ts.isParenthesizedExpression(node)) {
      const inner = this.evaluate(node.expression)
      return typeof inner === 'boolean' ? inner : `(${inner})`
    }
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
      const operand = this.evaluate(node.operand)
      return typeof operand === 'boolean' ? !operand : `!${operand}`
    }
    if (ts.isBinaryExpression(node)) return this.binary(node)
    if (ts.isConditionalExpression(node)) {
      const condition = this.evaluate(node.condition)
      if (typeof condition === 'boolean') return this.evaluate(condition ? node.whenTrue : node.whenFalse)
      return condition + this.source.text.slice(node.condition.end, node.whenTrue.getStart()) + textOf(this.evaluate(node.whenTrue))
        + this.source.text.slice(node.whenTrue.end, node.whenFalse.getStart()) + textOf(this.evaluate(node.whenFalse))
    }
    return this.rewrite(node)
  }

  binary(node) {
    const { kind } = node.operatorToken
    if (kind !== ts.SyntaxKind.AmpersandAmpersandToken && kind !== ts.SyntaxKind.BarBarToken) return this.rewrite(node)
    const neutral = kind === ts.SyntaxKind.AmpersandAmpersandToken
    const left = this.evaluate(node.left)
    const right = this.evaluate(node.right)
    if (left === neutral) return right
    if (left === !neutral) return left
    if (right === neutral) return left
    // The other side might do something, so it cannot be dropped.
    if (right === !neutral) this.fail(node, 'the instrument that decides stands first')
    return left + this.source.text.slice(node.left.end, node.right.getStart()) + right
  }

  /** Which instrument `node` calls, if it does. */
  instrumentOf(node) {
    if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return undefined
    const instrument = this.names.get(node.expression.text)
    if (instrument === undefined) return undefined
    if (node.arguments.length !== 1 || !ts.isStringLiteral(node.arguments[0])) this.fail(node, 'the name of an instrument is a literal')
    return instrument
  }

  fail(node, rule) {
    const { line } = this.source.getLineAndCharacterOfPosition(node.getStart())
    throw new Error(`${this.source.fileName}:${line + 1}: ${rule}: ${node.getText()}`)
  }
}

function isInstrumentImport(node) {
  return ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier) && node.moduleSpecifier.text === specifier
}

/** Whether evaluating the expression may do more than give a value, as far as its form tells. */
function mayAct(node) {
  return ts.isCallExpression(node) || ts.isAwaitExpression(node) || ts.isPostfixUnaryExpression(node) || node.forEachChild(mayAct) === true
}

function textOf(value) {
  return typeof value === 'boolean' ? String(value) : value
}
