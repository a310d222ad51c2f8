/**
 * What is known of a number that the system under test assigns, each time a larger one: a version, a fencing token, an epoch.
 * After an operation of unknown outcome only a lower bound is known, until some output shows the number or a larger one.
 * Numbers are whole.
 */
export interface Increasing {
  /** The number itself, or the smallest that it can be. */
  readonly least: number
  readonly isExact: boolean
  /** Numbers above `least` that it is known not to be, ascending. Empty when exact. */
  readonly not: readonly number[]
}

export function exactly(least: number): Increasing {
  return { least, isExact: true, not: [] }
}

/** The next number, when nobody saw it. */
export function someAbove(number: Increasing): Increasing {
  return { least: number.least + 1, isExact: false, not: [] }
}

/** The next number, of which `assigned` was seen; undefined when that is not above what was before. */
export function assign(number: Increasing, assigned: number): Increasing | undefined {
  return assigned > number.least ? exactly(assigned) : undefined
}

/** What is known when the number is `value`; undefined when it cannot be. */
export function narrowTo(number: Increasing, value: number): Increasing | undefined {
  if (number.isExact) return number.least === value ? number : undefined
  return value < number.least || number.not.includes(value) ? undefined : exactly(value)
}

/** What is known when the number is not `value`; undefined when it must be. */
export function exclude(number: Increasing, value: number): Increasing | undefined {
  if (number.isExact) return number.least === value ? undefined : number
  if (value < number.least || number.not.includes(value)) return number
  let least = number.least
  const not = [...number.not, value].sort((a, b) => a - b)
  while (not[0] === least) {
    not.shift()
    least++
  }
  return { least, isExact: false, not }
}

/** Different for different knowledge. */
export function increasingText(number: Increasing): string {
  if (number.isExact) return String(number.least)
  return number.not.length === 0 ? `>=${number.least}` : `>=${number.least} but ${number.not.join('/')}`
}
