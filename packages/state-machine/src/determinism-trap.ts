import { HaltError } from './runtime.ts'

type Ambient = (this: unknown, ...values: unknown[]) => unknown

const clock = 'Take the time from commit.time.'
const chance = 'Have the client draw it and send it in the command, or derive it from commit.index.'
const later = 'Use executor.schedule: timers are data.'
const outside = 'Handlers do no I/O: have the client do it and send what came of it in the command.'
const locale = 'The result differs by locale: compare code units, format on the client.'

/** What differs from machine to machine: the place of the object below `globalThis`, the property, and what to do instead. */
const forbidden: readonly (readonly [object: string, property: string, advice: string])[] = [
  ['Date', 'now', clock], ['performance', 'now', clock], ['process.hrtime', 'bigint', clock], ['process', 'hrtime', clock], ['process', 'uptime', clock],
  ['Math', 'random', chance], ['crypto', 'randomUUID', chance], ['crypto', 'getRandomValues', chance],
  ['', 'setTimeout', later], ['', 'setInterval', later], ['', 'setImmediate', later], ['', 'queueMicrotask', later], ['process', 'nextTick', later],
  ['', 'fetch', outside], ['process', 'cwd', outside], ['process', 'memoryUsage', outside],
  ['String.prototype', 'localeCompare', locale], ['String.prototype', 'toLocaleLowerCase', locale], ['String.prototype', 'toLocaleUpperCase', locale],
  ['Number.prototype', 'toLocaleString', locale], ['BigInt.prototype', 'toLocaleString', locale], ['Array.prototype', 'toLocaleString', locale],
  ['Date.prototype', 'toLocaleString', locale], ['Date.prototype', 'toLocaleDateString', locale], ['Date.prototype', 'toLocaleTimeString', locale],
  ['Date.prototype', 'getTimezoneOffset', locale],
]

/**
 * Makes code that runs in a handler fail where it uses what differs from machine to machine: clocks, chance, timers, I/O, the locale. For
 * development and tests: it puts itself in the place of these functions for the whole process, and calls through to them unless a handler runs. What is imported
 * from modules of Node.js it cannot see; `@copycat/eslint-plugin` does.
 *
 * Sprung, it halts the server, also when the handler caught the error: every other server would have come to something else.
 */
export class DeterminismTrap {
  /** The one that all who share it in this thread use, and how many they are. */
  private static shared: { readonly trap: DeterminismTrap, users: number } | undefined

  /** What runs just now, in words. */
  private running: string | undefined
  private sprung: HaltError | undefined
  private restorers: (() => void)[] = []

  private constructor() {}

  /** Sets it. One for a process is enough; {@link remove} puts the originals back. */
  static set(): DeterminismTrap {
    const trap = new DeterminismTrap()
    for (const [place, property, advice] of forbidden) {
      const object = objectAt(place)
      const original: unknown = object === undefined ? undefined : Reflect.get(object, property)
      if (object === undefined || typeof original !== 'function') continue
      const name = `${place === '' ? '' : `${place}.`}${property}()`
      const replacement: Ambient = function (...values) {
        if (trap.running !== undefined) trap.spring(name, advice, replacement)
        return Reflect.apply(original, this, values) as unknown
      }
      Object.assign(replacement, original)
      trap.replace(object, property, replacement)
    }
    trap.replace(globalThis, 'Date', trap.datesThatAreGiven())
    return trap
  }

  /**
   * The trap that all servers of this thread share: set for the first, removed after the last, so that it does not matter in which order they close.
   * @returns it, and what gives it back; giving it back twice does nothing.
   */
  static share(): { readonly trap: DeterminismTrap, readonly release: () => void } {
    const shared = DeterminismTrap.shared ?? { trap: DeterminismTrap.set(), users: 0 }
    DeterminismTrap.shared = shared
    shared.users += 1
    let isReleased = false
    return {
      trap: shared.trap,
      release: () => {
        if (isReleased) return
        isReleased = true
        shared.users -= 1
        if (shared.users > 0) return
        DeterminismTrap.shared = undefined
        shared.trap.remove()
      },
    }
  }

  /** From now on it springs. @param running in words, for the message: `the handler of 'put'`. */
  enter(running: string): void {
    this.running = running
  }

  /** From now on it lets pass. @throws {HaltError} when it has sprung since {@link enter}. */
  leave(): void {
    this.running = undefined
    if (this.sprung !== undefined) this.rethrow()
  }

  /** Puts the originals back; where others have put themselves in the same place since, it goes on letting pass. */
  remove(): void {
    this.running = undefined
    for (const restore of this.restorers) restore()
    this.restorers = []
  }

  private rethrow(): never {
    const error = this.sprung!
    this.sprung = undefined
    throw error
  }

  private spring(name: string, advice: string, by: (...values: never[]) => unknown): never {
    const { running } = this
    // What it needs itself, to make the error, passes.
    this.running = undefined
    const place = new Error()
    Error.captureStackTrace(place, by)
    const line = /^\s*at (.*)$/m.exec(place.stack ?? '')?.[1]
    const error = new HaltError(`${running} used ${name}${line === undefined ? '' : `, at ${line}`}: it differs from server to server. ${advice}`)
    Error.captureStackTrace(error, by)
    this.sprung ??= error
    this.running = running
    throw error
  }

  /** Dates as they are, except for the one that reads the clock. */
  private datesThatAreGiven(): DateConstructor {
    const apply = (target: DateConstructor): string => {
      if (this.running !== undefined) this.spring('Date()', clock, apply)
      return target()
    }
    const construct = (target: DateConstructor, values: unknown[], newTarget: Ambient): object => {
      if (values.length === 0 && this.running !== undefined) this.spring('new Date()', clock, construct)
      return Reflect.construct(target, values, newTarget) as object
    }
    return new Proxy<DateConstructor>(Date, { apply, construct })
  }

  private replace(object: object, property: string, value: unknown): void {
    const original = Object.getOwnPropertyDescriptor(object, property)
    Object.defineProperty(object, property, { value, configurable: true, writable: true, enumerable: original?.enumerable ?? true })
    this.restorers.push(() => {
      if (Reflect.get(object, property) !== value) return
      if (original === undefined) Reflect.deleteProperty(object, property)
      else Object.defineProperty(object, property, original)
    })
  }
}

function objectAt(place: string): object | undefined {
  let object: unknown = globalThis
  for (const name of place === '' ? [] : place.split('.')) object = Reflect.get(object as object, name)
  return (typeof object === 'object' || typeof object === 'function') && object !== null ? object : undefined
}
