import type { Rule, Scope } from 'eslint'
import { adviceOfImport, advices, ambientGlobals, ambientMethods } from '../ambient.ts'
import { type NodeOf, optionsSchema, StateMachineClasses } from '../state-machine-classes.ts'

type Identified = Pick<NodeOf<'Identifier'>, 'type' | 'name'>
type Member = Pick<NodeOf<'MemberExpression'>, 'object' | 'property' | 'computed'>

/** Finds clocks, chance, timers, I/O and the locale in state machines. */
export const deterministicStateMachine: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: {
      description: 'State machines must not use what differs from server to server: clocks, chance, timers, I/O, the locale',
      url: 'https://www.npmjs.com/package/@copycat/eslint-plugin',
    },
    schema: optionsSchema,
    messages: { ambient: '{{name}} differs from server to server: {{advice}}.' },
  },
  create(context) {
    const classes = new StateMachineClasses(context)
    const report = (node: Rule.Node, name: string, advice: string): void => {
      if (classes.around(node) !== undefined) context.report({ node, messageId: 'ambient', data: { name, advice } })
    }
    const isGlobal = (identifier: Identified): boolean => classes.definition(identifier) === undefined

    return {
      Identifier(node) {
        if (isName(node)) return
        const definition = classes.definition(node)
        if (definition !== undefined) return reportImport(node, definition, report)
        const advice = ambientGlobals.get(node.name)
        if (advice !== undefined) report(node, node.name, advice)
      },
      MemberExpression(node) {
        const property = nameOf(node)
        if (property === undefined) return
        const object = node.object.type === 'MemberExpression' && isGlobalThis(node.object, isGlobal) ? nameOf(node.object) : undefined
        const owner = object ?? (node.object.type === 'Identifier' && isGlobal(node.object) ? node.object.name : undefined)
        const advice = owner === 'globalThis' ? ambientGlobals.get(property) : ambientGlobals.get(`${owner}.${property}`)
        if (advice !== undefined) report(node, owner === 'globalThis' ? property : `${owner}.${property}`, advice)
        else if (ambientMethods.has(property)) report(node, property, ambientMethods.get(property)!)
      },
      NewExpression(node) {
        const { callee } = node
        if (callee.type === 'Identifier' && callee.name === 'Date' && isGlobal(callee) && node.arguments.length === 0) report(node, 'new Date()', advices.clock)
      },
      CallExpression(node) {
        const { callee } = node
        if (callee.type === 'Identifier' && callee.name === 'Date' && isGlobal(callee)) report(node, 'Date()', advices.clock)
      },
    }
  },
}

function reportImport(
  node: NodeOf<'Identifier'>, { type, node: definedBy, parent }: Scope.Definition, report: (node: Rule.Node, name: string, advice: string) => void,
): void {
  if (type !== 'ImportBinding' || parent?.type !== 'ImportDeclaration') return
  const module = String((parent as { source: { value: unknown } }).source.value)
  const specifier = definedBy as { readonly type: string, readonly imported?: { readonly name?: string } }
  const member = node.parent.type === 'MemberExpression' && node.parent.object === node ? nameOf(node.parent) : undefined
  const imported = specifier.type === 'ImportSpecifier' ? specifier.imported?.name ?? node.name : member ?? '*'
  const advice = adviceOfImport(module, imported)
  if (advice !== undefined) report(node, `${node.name} of '${module}'`, advice)
}

/** Whether an identifier only names something: a property, a method, a parameter's key, a type. */
function isName(node: NodeOf<'Identifier'>): boolean {
  const { parent } = node
  if (parent.type === 'MemberExpression') return parent.property === node && !parent.computed
  if (parent.type === 'MethodDefinition' || parent.type === 'PropertyDefinition') return parent.key === node && !parent.computed
  if (parent.type === 'Property') return parent.key === node && !parent.computed && !parent.shorthand
  return /^(Import|Export|TS(?!NonNull|As|Satisfies))|^LabeledStatement$/.test(parent.type)
}

function nameOf({ property, computed }: Member): string | undefined {
  if (property.type === 'Identifier' && !computed) return property.name
  return property.type === 'Literal' && typeof property.value === 'string' ? property.value : undefined
}

function isGlobalThis({ object }: Member, isGlobal: (identifier: Identified) => boolean): boolean {
  return object.type === 'Identifier' && ['globalThis', 'window', 'self', 'global'].includes(object.name) && isGlobal(object)
}
