/**
 * What product code must not touch, because the simulator cannot make it repeat: clocks, timers, chance,
 * the system, the garbage collector's mood, and what differs by locale. The doors are `Context`,
 * `Transport` and `FileSystem`; the files behind them are in {@link doors}.
 */
const door = 'Go through Context, Transport or FileSystem: a simulated run must repeat exactly.'

const globals = [
  'performance', 'crypto', 'setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate',
  'queueMicrotask', 'WeakRef', 'FinalizationRegistry', 'Intl', 'fetch', 'WebSocket', 'MessageChannel', 'BroadcastChannel', 'Worker',
].map((name) => ({ name, message: door }))

const properties = [
  ['Date', 'now'], ['Math', 'random'], ['process', 'hrtime'], ['process', 'nextTick'], ['process', 'uptime'],
  ['process', 'getBuiltinModule'], ['process', 'env'], ['AbortSignal', 'timeout'],
].map(([object, property]) => ({ object, property, message: door }))

const locale = 'The result differs by locale: compare code units or bytes.'
const syntax = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: door },
  { selector: 'CallExpression[callee.name="Date"]', message: door },
  { selector: 'MemberExpression[property.name=/^(localeCompare|toLocaleString|toLocaleLowerCase|toLocaleUpperCase)$/]', message: locale },
]

/** Holds everywhere in `src`, behind the doors too. */
export const exportSyntax = [
  { selector: 'ExportDefaultDeclaration', message: 'Name it: default exports are renamed at every import.' },
  { selector: 'ExportAllDeclaration', message: 'Name every export.' },
  { selector: 'TSEnumDeclaration', message: 'A union of literals and a frozen object are erasable.' },
]

const modules = [
  'fs', 'fs/promises', 'net', 'tls', 'dns', 'dns/promises', 'dgram', 'http', 'https', 'http2', 'worker_threads', 'child_process',
  'cluster', 'os', 'timers', 'timers/promises', 'perf_hooks', 'vm', 'v8', 'async_hooks', 'process',
].flatMap((name) => [name, `node:${name}`]).map((name) => ({ name, message: door }))
  // A hash is the same everywhere; keys and random numbers are not.
  .concat(['crypto', 'node:crypto'].map((name) => ({ name, allowImportNames: ['createHash', 'createHmac', 'timingSafeEqual'], message: door })))

/** Rules of product code. */
export const banRules = {
  'no-restricted-globals': ['error', { globals, checkGlobalObject: true }],
  'no-restricted-properties': ['error', ...properties],
  'no-restricted-syntax': ['error', ...syntax, ...exportSyntax],
  'no-restricted-imports': ['error', { paths: modules }],
}

/** Rules of product code that a browser loads: no module of Node.js at all. */
export const browserImportRule = ['error', {
  paths: modules.filter(({ name }) => !name.startsWith('node:')),
  patterns: [{ regex: '^node:', message: 'A browser client loads this package; what Node.js alone has is handed in.' }],
}]

/** The only files that may touch the ambient originals (PROTOCOL: doors). */
export const doors = [
  'packages/utils/src/system-context.ts',
  'packages/utils/src/logger.ts',
  'packages/buffer/src/file/open-file.ts',
  'packages/buffer-mapped/src/mapped-file.ts',
  'packages/serializer/src/manifest/*.ts',
  'packages/transport-tcp/src/**/*.ts',
  'packages/transport-local/src/thread-transport.ts',
  'packages/replica/src/thread/*.ts',
  'packages/client/src/thread/renewer-thread.ts',
  'packages/client/src/thread/shared-stamps.ts',
  'packages/client/src/thread/thread-renewer.ts',
  'packages/raft/src/development.ts',
  'packages/transport-ws/src/**/*.ts',
  'packages/storage/src/node-file-system.ts',
  'packages/simulator/src/process/ambient-traps.ts',
  'packages/simulator/src/time/event-loop.ts',
]
