type Ambient = (...values: unknown[]) => unknown

/** What simulated code must not touch: its name, the object, the property. */
const forbidden: readonly (readonly [name: string, object: object, property: string])[] = [
  ['Math.random', Math, 'random'], ['Date.now', Date, 'now'], ['setTimeout', globalThis, 'setTimeout'], ['setInterval', globalThis, 'setInterval'],
  ['performance.now', performance, 'now'], ['crypto.getRandomValues', crypto, 'getRandomValues'], ['crypto.randomUUID', crypto, 'randomUUID'],
]

/** Ends a use of something forbidden. @param trap the function that was called; the stack begins above it. */
type Spring = (name: string, trap: Ambient) => never

/**
 * Replaces the ambient clock, timers and randomness by traps while a run has the thread: what a run used of them could not be repeated.
 * @param sprung told the name of what was used, and the lines of the stack that led there, before the error is thrown at the user.
 * @returns puts the originals back.
 */
export function setTraps(sprung: (name: string, stack: string) => void): () => void {
  const spring: Spring = (name, trap) => {
    const error = new Error(`${name} does not repeat: simulated code takes time and chance from its Context`)
    Error.captureStackTrace(error, trap)
    sprung(name, error.stack?.split('\n').slice(1).join('\n') ?? '')
    throw error
  }
  const restorers = forbidden.map(([name, object, property]) => {
    const trap: Ambient = () => spring(name, trap)
    return replace(object, property, trap)
  })
  restorers.push(replace(globalThis, 'Date', datesThatAreGiven(spring)))
  return () => {
    for (const restore of restorers) restore()
  }
}

/** Dates as they are, except for the one that reads the clock. */
function datesThatAreGiven(spring: Spring): DateConstructor {
  const apply: Ambient = () => spring('Date()', apply)
  const construct = (target: DateConstructor, values: unknown[], newTarget: Ambient): object => (
    values.length === 0 ? spring('new Date()', construct as Ambient) : Reflect.construct(target, values, newTarget) as object
  )
  return new Proxy<DateConstructor>(Date, { apply, construct })
}

function replace(object: object, property: string, value: unknown): () => void {
  const original = Object.getOwnPropertyDescriptor(object, property)
  Object.defineProperty(object, property, { value, configurable: true, writable: true })
  return () => {
    if (original === undefined) Reflect.deleteProperty(object, property)
    else Object.defineProperty(object, property, original)
  }
}
