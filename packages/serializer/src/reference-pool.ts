import { ReleasedBufferError } from '@copycat/buffer'
import type { ReferenceCounted } from '@copycat/buffer'
import { checkInteger } from '@copycat/utils'
import type { TypePool } from './type-serializer.ts'

/** Settings of a {@link ReferencePool}. */
export interface ReferencePoolOptions {
  /** Objects that are kept for the next reader; what comes back beyond is left to the garbage collector. @default 256 */
  idleMax?: number
}

/**
 * Objects of one class that are read into again and again. A class offers it as its static field `pool`, or it is given to
 * `register`. What `acquire` gives still holds what the last reader put into it.
 */
export class ReferencePool<T extends PooledObject> implements TypePool<T> {
  readonly #create: (pool: ReferencePool<T>) => T
  readonly #idleMax: number
  readonly #idle: T[] = []

  /**
   * @param create makes an object that hands this pool to `PooledObject`'s constructor.
   * @throws {ConfigurationError}
   */
  constructor(create: (pool: ReferencePool<T>) => T, { idleMax = 256 }: ReferencePoolOptions = {}) {
    checkInteger('idleMax', idleMax, 0)
    this.#create = create
    this.#idleMax = idleMax
  }

  /** How many wait for a reader. */
  get idle(): number {
    return this.#idle.length
  }

  acquire(): T {
    const object = this.#idle.pop()
    if (object === undefined) return this.#create(this)
    object.revive()
    return object
  }

  /** For {@link PooledObject}: takes back an object that nobody holds. */
  recycle(object: T): void {
    if (this.#idle.length < this.#idleMax) this.#idle.push(object)
  }
}

/** What takes objects back: a {@link ReferencePool}. */
interface Home {
  recycle(object: PooledObject): void
}

/**
 * An object that goes back to its pool when nobody holds it any more. Whoever releases the last hold must not touch the object again:
 * it may be another value by then.
 */
export abstract class PooledObject implements ReferenceCounted {
  readonly #home: Home
  #references = 1

  /** @param pool where it goes back to. */
  constructor(pool: Home) {
    this.#home = pool
  }

  get references(): number {
    return this.#references
  }

  /** @throws {ReleasedBufferError} when it is back in its pool. */
  acquire(): this {
    this.#check()
    this.#references++
    return this
  }

  /** @throws {ReleasedBufferError} when it is back in its pool. */
  release(): boolean {
    this.#check()
    if (--this.#references > 0) return false
    this.#home.recycle(this)
    return true
  }

  close(): void {
    if (this.#references === 0) return
    this.#references = 0
    this.#home.recycle(this)
  }

  /** For the pool: the next reader holds it. */
  revive(): void {
    this.#references = 1
  }

  #check(): void {
    if (this.#references === 0) throw new ReleasedBufferError()
  }
}
