import type { HoldAsker, HoldingSession } from './hold-oracle.ts'

/** What is known of an item. */
interface Item {
  readonly path: string
  offeredAt: number
  /** When its offer was acknowledged; Infinity: never. */
  acknowledgedAt: number
  /** Its number in the queue, once somebody has had it. */
  number: number
  /** Whether it is done with: somebody said so and was told that it was his. */
  isDone: boolean
  /** How often somebody said so and was told nothing. */
  untold: number
}

/** Somebody has an item. */
interface Taken {
  readonly item: number
  readonly name: string
  readonly asker: HoldAsker
  readonly session: HoldingSession
}

/**
 * A queue whose items are taken and acknowledged, by what clients see: each item has one number and is done with once; one live taker has it at a time; nobody gets what is
 * done with; the order of numbers is that of offers; and in the end nothing is lost.
 */
export class QueueOracle {
  private readonly items = new Map<number, Item>()
  private readonly byNumber = new Map<string, number>()
  private readonly taken = new Set<Taken>()
  private readonly fail: (invariant: string, text: string) => void
  readonly paths: Set<string> = new Set()
  /** Queues that were emptied at the end. */
  private readonly emptied = new Set<string>()

  constructor(fail: (invariant: string, text: string) => void) {
    this.fail = fail
  }

  /** An item is about to be offered. */
  offering(path: string, item: number, now: number): void {
    this.paths.add(path)
    this.items.set(item, { path, offeredAt: now, acknowledgedAt: Infinity, number: 0, isDone: false, untold: 0 })
  }

  offered(item: number, now: number): void {
    this.items.get(item)!.acknowledgedAt = now
  }

  notOffered(item: number): void {
    const known = this.items.get(item)!
    if (known.number !== 0) this.fail('I41', `item ${item} was said not to be offered, but somebody has had it`)
    this.items.delete(item)
  }

  /** Somebody was given an item. @returns his having it. */
  given(path: string, { item, number }: { readonly item: number, readonly number: number }, asker: HoldAsker, name: string): Taken {
    const known = this.items.get(item)
    const taken: Taken = { item, name, asker, session: asker.session }
    if (known === undefined || known.path !== path) {
      this.fail('I42', `${name} is given ${item} by ${path}, which nobody put there`)
      return taken
    }
    const other = this.byNumber.get(`${path} ${number}`) ?? item
    if ((known.number !== 0 && known.number !== number) || other !== item) this.fail('I43', `${path} gives item ${item} as number ${number}, which was ${known.number}; that number was item ${other}`)
    known.number = number
    this.byNumber.set(`${path} ${number}`, item)
    if (known.isDone) this.fail('I43', `${name} is given item ${item} (number ${number} of ${path}), which is done with`)
    const owner = [...this.taken].find((each) => each.item === item && isRelied(each))
    if (owner !== undefined) this.fail('I43', `${name} is given item ${item} (number ${number} of ${path}), which ${owner.name} has`)
    this.taken.add(taken)
    return taken
  }

  /** The taker is about to say that it is done with, or to give it back: it is not his any more. */
  settling(taken: Taken, isDone: boolean): void {
    this.taken.delete(taken)
    const known = this.items.get(taken.item)
    if (isDone && known !== undefined) known.untold += 1
  }

  /** It was said to be done with, and the answer is here. */
  settled({ item, name }: Taken, wasHis: boolean): void {
    const known = this.items.get(item)
    if (known === undefined) return
    known.untold -= 1
    if (wasHis && known.isDone) this.fail('I43', `item ${item} of ${known.path} is done with for the second time, by ${name}`)
    known.isDone ||= wasHis
  }

  /** Somebody found it empty after everybody else had gone. */
  empty(path: string): void {
    this.emptied.add(path)
  }

  /** After the run. */
  verdict(): string | undefined {
    for (const [item, { path, acknowledgedAt, isDone, untold }] of this.items) {
      if (this.emptied.has(path) && acknowledgedAt < Infinity && !isDone && untold === 0) return `item ${item} of ${path} was lost: nobody is done with it, and the queue is empty`
    }
    const inOrder = [...this.items.values()].filter(({ number }) => number !== 0)
    for (const path of this.paths) {
      const items = inOrder.filter((item) => item.path === path).sort((a, b) => a.number - b.number)
      let latest = 0
      for (const { number, offeredAt, acknowledgedAt } of items) {
        if (acknowledgedAt < latest) return `number ${number} of ${path} was offered, to the end, before one with a lower number`
        latest = Math.max(latest, offeredAt)
      }
    }
    return undefined
  }
}

function isRelied({ asker: { world }, session }: Taken): boolean {
  return world.isUp && !session.hasEnded && session.certainUntil > world.monotonic()
}
