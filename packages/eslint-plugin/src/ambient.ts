const clock = 'take the time from commit.time'
const chance = 'have the client draw it and send it in the command, or derive it from commit.index'
const later = 'use executor.schedule, whose timers are data'
const outside = 'have the client do it and send what came of it in the command'
const locale = 'compare code units, and format on the client'
const memory = 'what the garbage collector does differs from server to server'

/** Globals that must not be called or read at all, with `name.member` where only some members matter. */
export const ambientGlobals: ReadonlyMap<string, string> = new Map([
  ['Date.now', clock], ['performance', clock], ['process', outside],
  ['Math.random', chance], ['crypto', chance],
  ['setTimeout', later], ['setInterval', later], ['setImmediate', later], ['queueMicrotask', later], ['requestAnimationFrame', later],
  ['clearTimeout', later], ['clearInterval', later], ['clearImmediate', later],
  ['fetch', outside], ['WebSocket', outside], ['XMLHttpRequest', outside], ['EventSource', outside], ['Worker', outside], ['MessageChannel', outside],
  ['BroadcastChannel', outside], ['require', outside], ['console', 'log on the client, or by a listener of the server\'s diagnostics: every server would write the line'],
  ['Intl', locale], ['WeakRef', memory], ['FinalizationRegistry', memory], ['Atomics', outside], ['SharedArrayBuffer', outside],
])

/** Methods, of whatever object, that depend on the locale or time zone of the machine. */
export const ambientMethods: ReadonlyMap<string, string> = new Map([
  'localeCompare', 'toLocaleString', 'toLocaleDateString', 'toLocaleTimeString', 'toLocaleLowerCase', 'toLocaleUpperCase',
  'getTimezoneOffset', 'getHours', 'getDate', 'getDay', 'getMonth', 'getFullYear', 'getMinutes', 'setHours', 'toDateString', 'toTimeString',
].map((name) => [name, locale] as const))

/** Modules of Node.js whose functions depend on the machine. */
const modules: ReadonlySet<string> = new Set([
  'async_hooks', 'child_process', 'cluster', 'crypto', 'dgram', 'diagnostics_channel', 'dns', 'fs', 'http', 'http2', 'https', 'inspector', 'module', 'net',
  'os', 'perf_hooks', 'process', 'readline', 'repl', 'sqlite', 'timers', 'tls', 'tty', 'v8', 'vm', 'wasi', 'worker_threads', 'zlib',
])

/** What of these modules is the same everywhere. */
const harmless: ReadonlySet<string> = new Set(['crypto.createHash', 'crypto.createHmac', 'crypto.timingSafeEqual', 'zlib.crc32'])

/** Why `imported` of a module must not be used, or undefined when it may be. */
export function adviceOfImport(module: string, imported: string): string | undefined {
  const name = module.replace(/^node:/, '').split('/')[0]!
  if (!modules.has(name) || harmless.has(`${name}.${imported}`)) return undefined
  if (name === 'crypto') return chance
  if (name === 'perf_hooks') return clock
  return name === 'timers' ? later : outside
}

export const advices: Readonly<Record<'clock' | 'async', string>> = Object.freeze({
  clock, async: 'handlers are synchronous: have the client wait and send what came of it in the command',
})
