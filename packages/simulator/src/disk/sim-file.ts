import type { File } from '@copycat/storage'
import { DiskError } from './disk-error.ts'
import type { DiskState } from './disk-state.ts'
import type { FileImage } from './file-image.ts'
import type { Misdirection } from './misdirection.ts'
import type { ProcessLife } from './process-life.ts'
import type { SyncCapture } from './sync-capture.ts'

/** A file that one life of a process has opened. */
export class SimFile implements File {
  private readonly state: DiskState
  private readonly misdirection: Misdirection
  private readonly life: ProcessLife
  private readonly image: FileImage
  private readonly epoch: number

  constructor(state: DiskState, misdirection: Misdirection, life: ProcessLife, image: FileImage) {
    this.state = state
    this.misdirection = misdirection
    this.life = life
    this.image = image
    this.epoch = state.queue.epoch
  }

  write(bytes: Uint8Array, position: number): void {
    this.enter()
    const { faults } = this.state
    if (faults.draws('writeError')) {
      faults.count('writeError')
      throw this.error('EIO', 'nothing was written')
    }
    let length = bytes.length
    let failure: DiskError | undefined
    if (length > 1 && faults.draws('shortWrite')) {
      faults.count('shortWrite')
      length = faults.random('shortWrite').between(1, length - 1)
      failure = this.error('EIO', `only ${length} of ${bytes.length} bytes were written`)
    }
    const room = this.state.roomFor(this.image, position + length)
    if (room < position + length) {
      faults.count('noSpace')
      length = Math.max(0, room - position)
      failure = this.error('ENOSPC', `only ${length} of ${bytes.length} bytes were written`)
    }
    if (length > 0) this.put(length === bytes.length ? bytes : bytes.subarray(0, length), position)
    if (failure !== undefined) throw failure
  }

  allocate(size: number): Promise<void> {
    return this.change(() => {
      if (size <= this.image.size) return
      const { faults } = this.state
      if (faults.draws('writeError')) {
        faults.count('writeError')
        throw this.error('EIO', 'nothing was allocated')
      }
      const room = this.state.roomFor(this.image, size)
      this.image.resize(room)
      if (room === size) return
      faults.count('noSpace')
      throw this.error('ENOSPC', `only ${room} of ${size} bytes could be allocated`)
    })
  }

  truncate(size: number): Promise<void> {
    return this.change(() => {
      // Growing leaves a hole, which takes no room.
      this.image.resize(size)
    })
  }

  size(): Promise<number> {
    this.enter()
    return this.state.queue.answer(this.life, () => this.image.size)
  }

  sync(): Promise<void> {
    this.enter()
    this.image.capture()
    return this.state.queue.syncFile(this.life, this.image, () => this.endSync())
  }

  read(position: number, length: number): Promise<Uint8Array> {
    this.enter()
    return this.state.queue.answer(this.life, () => {
      const { faults } = this.state
      if (faults.draws('readError')) {
        faults.count('readError')
        throw this.error('EIO', 'it cannot be read')
      }
      return this.image.read(position, length)
    })
  }

  close(): Promise<void> {
    this.enter()
    return this.state.queue.answer(this.life, () => {})
  }

  private put(bytes: Uint8Array, position: number): void {
    const { image, state } = this
    image.write(bytes, position)
    image.lastTicket = state.nextTicket()
    state.hooks.onWritten?.(image.path, position, bytes, image.lastTicket)
  }

  private endSync(): void {
    const { image, state: { faults, hooks } } = this
    if (faults.draws('syncError')) {
      faults.count('syncError')
      const capture = image.abandon(faults.random('syncError'))
      hooks.onSyncFailed?.(image.path, image.settledTicket, capture.through)
      image.settledTicket = capture.through
      throw this.error('EIO', 'it could not be synced')
    }
    const misdirected = faults.draws('misdirectedWrite')
    const capture = image.syncs[0]!
    if (misdirected) this.misdirection.begin(image, capture)
    image.land()
    this.landed(capture)
    this.misdirection.end(image, capture)
  }

  private landed(capture: SyncCapture): void {
    const { image, state } = this
    image.settledTicket = capture.through
    if (capture.through > 0) state.hooks.onDurable?.(image.path, capture.through)
  }

  private change(work: () => void): Promise<void> {
    this.enter()
    return this.state.queue.change(this.life, work)
  }

  /** @throws {ProcessEnded} {DiskError} */
  private enter(): void {
    this.life.door()
    if (this.state.queue.epoch !== this.epoch) throw this.error('EIO', 'the disk was replaced since it was opened')
  }

  private error(code: 'EIO' | 'ENOSPC', message: string): DiskError {
    return new DiskError(code, this.image.path, message)
  }
}
