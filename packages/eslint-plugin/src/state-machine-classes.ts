import type { Rule, Scope, SourceCode } from 'eslint'

/** A node of one type. */
export type NodeOf<Type extends Rule.Node['type']> = Extract<Rule.Node, { readonly type: Type }>

type Class = NodeOf<'ClassDeclaration'> | NodeOf<'ClassExpression'>
type Identifier = Pick<NodeOf<'Identifier'>, 'type' | 'name'>

/** Options of both rules. */
export interface StateMachineRuleOptions {
  /** Names of further classes that state machines extend, beside `StateMachine`. */
  readonly baseClasses?: readonly string[]
}

/** The options as ESLint checks them. */
export const optionsSchema: NonNullable<NonNullable<Rule.RuleMetaData['schema']>> = [{
  type: 'object',
  properties: { baseClasses: { type: 'array', items: { type: 'string' }, uniqueItems: true } },
  additionalProperties: false,
}]

/** Tells which code runs in a state machine: what stands in a class that extends `StateMachine`, or extends one in the same file that does. */
export class StateMachineClasses {
  private readonly source: SourceCode
  private readonly baseClasses: ReadonlySet<string>

  constructor(context: Rule.RuleContext) {
    const [options] = context.options as readonly (StateMachineRuleOptions | undefined)[]
    this.source = context.sourceCode
    this.baseClasses = new Set(['StateMachine', ...options?.baseClasses ?? []])
  }

  /** The innermost state machine around `node`, if there is one. */
  around(node: Rule.Node): Class | undefined {
    for (let each: Rule.Node | null = node; each !== null; each = each.parent) {
      if ((each.type === 'ClassDeclaration' || each.type === 'ClassExpression') && this.isStateMachine(each)) return each
    }
    return undefined
  }

  /** Where the name of `identifier` was defined; undefined for a global. */
  definition(identifier: Identifier): Scope.Definition | undefined {
    return this.variable(identifier)?.defs[0]
  }

  private isStateMachine({ superClass }: Class, depth: number = 0): boolean {
    const name = superClass === undefined || superClass === null ? undefined : lastName(superClass)
    if (name === undefined || depth > 20) return false
    if (this.baseClasses.has(name)) return true
    const parent = superClass?.type === 'Identifier' ? this.definition(superClass)?.node as Rule.Node | undefined : undefined
    return parent?.type === 'ClassDeclaration' && this.isStateMachine(parent, depth + 1)
  }

  private variable(identifier: Identifier): Scope.Variable | undefined {
    for (let scope: Scope.Scope | null = this.source.getScope(identifier); scope !== null; scope = scope.upper) {
      const variable = scope.set.get(identifier.name)
      if (variable !== undefined) return variable
    }
    return undefined
  }
}

/** `b` of `a.b`, and of calls like `mixin(b)` nothing. */
function lastName(expression: NonNullable<Class['superClass']>): string | undefined {
  if (expression.type === 'Identifier') return expression.name
  return expression.type === 'MemberExpression' && expression.property.type === 'Identifier' ? expression.property.name : undefined
}
