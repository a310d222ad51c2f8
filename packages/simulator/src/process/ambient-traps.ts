type Ambient = (...values: unknown[]) => unknown

/** What simulated code must not touch: object, property. */
const forbidden: readonly (readonly [object, string])[] = [
  [Math, 'random'], [Date, 'now'], [globalThis, 'setTimeout'], [globalThis, 'setInterval'], [performance, 'now'], [crypto, 'getRandomValues'], [crypto, 'randomUUID'],
]

/**
 * Replaces the ambient clock, timers and randomness by traps while a run has the thread: what a run used of them could not be repeated.
 * @param sprung told the name of what was used, before the error is thrown at the user.
 * @returns puts the originals back.
 */
export function setTraps(sprung: (name: string) => void): () => void {
  const spring = (name: string): never => {
    sprung(name)
    throw new Error(`${name} does not repeat: simulated code takes time and chance from its Context`)
  }
  const traps = forbidden.map(([object, property]): readonly [object, string, unknown] => {
    const trap: Ambient = () => spring(property)
    return [object, property, trap]
  })
  const restorers = [...traps, [globalThis, 'Date', datesThatAreGiven(spring)] as const].map(([object, property, value]) => replace(object, property, value))
  return () => {
    for (const restore of restorers) restore()
  }
}

/** Dates as they are, except for the one that reads the clock. */
function datesThatAreGiven(spring: (name: string) => never): DateConstructor {
  return new Proxy(Date, {
    apply: () => spring('Date()'),
    construct: (target, values, newTarget): object => (values.length === 0 ? spring('new Date()') : Reflect.construct(target, values, newTarget) as object),
  })
}

function replace(object: object, property: string, value: unknown): () => void {
  const original = Object.getOwnPropertyDescriptor(object, property)
  Object.defineProperty(object, property, { value, configurable: true, writable: true })
  return () => {
    if (original === undefined) Reflect.deleteProperty(object, property)
    else Object.defineProperty(object, property, original)
  }
}
