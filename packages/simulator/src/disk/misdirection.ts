import type { DiskState } from './disk-state.ts'
import type { FileImage } from './file-image.ts'
import { sectorBytes, type SyncCapture } from './sync-capture.ts'

/** Sectors that go astray together, at most. */
const sectorsMax = 4
/** Writes that wait for the moment at which they may go astray, at most. */
const astrayMax = 6
/** Places that are tried before the fault is given up for this time. */
const attemptsMax = 64

/** A write that goes astray: what was to be there, what is there instead. */
interface Astray {
  readonly image: FileImage
  readonly capture: SyncCapture
  readonly offset: number
  readonly before: Uint8Array
  readonly written: Uint8Array
}

/**
 * Writes that land in another place. Where a guard forbids the damage for now, because nothing on disk says yet that the bytes had been
 * synced, the write goes right at first and goes astray once it is allowed, unless it was overwritten meanwhile: all that differs is when it is found.
 */
export class Misdirection {
  private readonly state: DiskState
  private astray: Astray[] = []

  constructor(state: DiskState) {
    this.state = state
  }

  /** A part of what is to land goes astray. Called before it has landed. */
  begin(image: FileImage, capture: SyncCapture): void {
    const sectors = capture.sectors()
    // What is overwritten before anybody could have noticed that it is missing makes room for what overwrites it.
    this.astray = this.astray.filter((each) => each.image !== image || !overlaps(capture, each))
    if (sectors.length === 0 || this.astray.length >= astrayMax) return
    const random = this.state.faults.random('misdirectedWrite')
    // The last one is mostly written again by what comes next.
    const first = random.pick(sectors.length > 1 && random.chance(3, 4) ? sectors.slice(0, -1) : sectors)
    const wanted = random.between(1, sectorsMax)
    let count = 1
    while (count < wanted && capture.has(first + count)) count += 1
    const offset = first * sectorBytes
    const length = Math.min(count * sectorBytes, capture.size - offset)
    if (length <= 0) return
    const before = new Uint8Array(length)
    before.set(image.durableBytes.subarray(offset, offset + length))
    const written = capture.bytes.slice(offset - capture.first * sectorBytes, offset - capture.first * sectorBytes + length)
    if (before.every((byte, at) => byte === written[at])) return
    this.astray.push({ image, capture, offset, before, written })
  }

  /** Something has landed. */
  end(image: FileImage, capture: SyncCapture): void {
    const astray = this.astray.filter((each) => each.image !== image || each.capture === capture || !overlaps(capture, each))
    this.astray = astray.filter((each) => each.image !== image || !this.succeeds(each))
  }

  /** Forgets a write that has not gone astray yet. */
  restart(): void {
    this.astray = []
  }

  /** @returns whether it has gone astray now. */
  private succeeds(astray: Astray): boolean {
    const { damage, faults, guard, hooks } = this.state
    const { image, offset, before, written } = astray
    const path = image.durablePath
    if (path === undefined || (guard !== undefined && !guard.mayCorrupt(path, offset, before.length))) return false
    const target = this.chooseTarget(astray)
    if (target === undefined) return false
    const intact = image.durableBytes.slice(offset, offset + before.length)
    const replaced = target.image.durableBytes.slice(target.offset, target.offset + written.length)
    image.corrupt(offset, before)
    damage.changed(image, offset, intact)
    target.image.corrupt(target.offset, written)
    damage.changed(target.image, target.offset, replaced)
    faults.count('misdirectedWrite')
    guard?.damaged()
    hooks.onCorrupted?.(path, offset, before.length)
    hooks.onCorrupted?.(target.path, target.offset, written.length)
    return true
  }

  private chooseTarget({ image, offset, written }: Astray): { path: string, image: FileImage, offset: number } | undefined {
    const { faults, guard, names } = this.state
    const random = faults.random('misdirectedWrite')
    const paths = [...names.durable.keys()]
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const path = random.pick(paths)
      const target = names.durable.get(path)!
      const room = target.durableBytes.length - written.length
      if (room < 0) continue
      const place = random.integer(Math.floor(room / sectorBytes) + 1) * sectorBytes
      if (target === image && Math.abs(place - offset) < written.length) continue
      if (guard === undefined || guard.mayCorrupt(path, place, written.length)) return { path, image: target, offset: place }
    }
    return undefined
  }
}

function overlaps(capture: SyncCapture, { offset, before }: Astray): boolean {
  const first = offset / sectorBytes
  const last = Math.floor((offset + before.length - 1) / sectorBytes)
  return capture.sectors().some((sector) => sector >= first && sector <= last)
}
