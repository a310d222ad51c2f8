import { ViolationError } from './tally.ts'

const guarded: readonly object[] = [
  Object.prototype, Array.prototype, Function.prototype, Map.prototype, Set.prototype, Date.prototype, RegExp.prototype, Error.prototype,
  Promise.prototype, Uint8Array.prototype, ArrayBuffer.prototype, String.prototype, Number.prototype, BigInt.prototype, URL.prototype, Object, Array,
]
const empty = {}

/** Notices when bytes have changed what all objects share. */
export class PrototypeGuard {
  readonly #objects: readonly object[]
  readonly #before: readonly string[]

  /** @param more prototypes of the types that are decoded. */
  constructor(more: readonly object[]) {
    this.#objects = [...guarded, ...more]
    this.#before = this.#objects.map(shapeOf)
  }

  /** Quick: only what every object would enumerate. @throws {ViolationError} */
  checkQuickly(): void {
    for (const key in empty) throw new ViolationError(`every object has a property ${key} now`)
  }

  /** Every property of every guarded object. @throws {ViolationError} */
  check(): void {
    this.#objects.forEach((object, i) => {
      if (shapeOf(object) !== this.#before[i]) throw new ViolationError(`${String((object as { constructor?: { name?: unknown } }).constructor?.name)}.prototype has changed`)
    })
  }
}

function shapeOf(object: object): string {
  const properties = Reflect.ownKeys(object).map((key) => {
    const one: TypedPropertyDescriptor<unknown> = Object.getOwnPropertyDescriptor(object, key)!
    return [String(key), typeof one.value, typeof one.get, typeof one.set, one.enumerable, one.configurable, one.writable].join(':')
  })
  return properties.join()
}
