import type { Rule } from 'eslint'
import { advices } from '../ambient.ts'
import { optionsSchema, StateMachineClasses } from '../state-machine-classes.ts'

const promiseMethods: ReadonlySet<string> = new Set(['then', 'catch', 'finally'])

/** Finds promises in state machines: async functions, `await`, `Promise`, `then`, `import()`. */
export const synchronousStateMachine: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: {
      description: 'State machines must be synchronous: what runs later, runs at another place in the log on every server',
      url: 'https://www.npmjs.com/package/@copycat/eslint-plugin',
    },
    schema: optionsSchema,
    messages: { later: '{{name}} runs later than its place in the log: {{advice}}.' },
  },
  create(context) {
    const classes = new StateMachineClasses(context)
    const report = (node: Rule.Node, name: string): void => {
      if (classes.around(node) !== undefined) context.report({ node, messageId: 'later', data: { name, advice: advices.async } })
    }
    const asyncFunction = (node: Rule.Node & { readonly async?: boolean | undefined }): void => {
      if (node.async === true) report(node, 'an async function')
    }
    return {
      FunctionDeclaration: asyncFunction,
      FunctionExpression: asyncFunction,
      ArrowFunctionExpression: asyncFunction,
      AwaitExpression: (node) => report(node, 'await'),
      ImportExpression: (node) => report(node, 'import()'),
      Identifier(node) {
        const { parent } = node
        const isUse = (parent.type === 'NewExpression' && parent.callee === node) || (parent.type === 'MemberExpression' && parent.object === node)
        if (node.name === 'Promise' && isUse && classes.definition(node) === undefined) report(node, 'a promise')
      },
      CallExpression(node) {
        const { callee } = node
        if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier' || callee.computed) return
        if (promiseMethods.has(callee.property.name)) report(node, `${callee.property.name}()`)
      },
    }
  },
}
