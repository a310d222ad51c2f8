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
  const originals = forbidden.map(([object, property]) => [object, property, Object.getOwnPropertyDescriptor(object, property)] as const)
  for (const [object, property] of forbidden) {
    const trap: Ambient = () => {
      sprung(property)
      throw new Error(`${property} does not repeat: simulated code takes time and chance from its Context`)
    }
    Object.defineProperty(object, property, { value: trap, configurable: true, writable: true })
  }
  return () => {
    for (const [object, property, descriptor] of originals) {
      if (descriptor === undefined) Reflect.deleteProperty(object, property)
      else Object.defineProperty(object, property, descriptor)
    }
  }
}
