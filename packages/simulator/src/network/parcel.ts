/** Something under way in a lane. */
export interface Parcel {
  /** In bytes. */
  readonly size: number
  /** When it arrives, if nothing stops it; set by its lane. */
  arrivesAt: number
  /** It is there. */
  arrive(): void
  /** It never will be. */
  lost(): void
}

/** A parcel of the network's own: what sets connections up and ends them. */
export class Signal implements Parcel {
  readonly size: number = 0
  arrivesAt = 0
  private readonly run: () => void

  constructor(run: () => void) {
    this.run = run
  }

  arrive(): void {
    this.run()
  }

  // Whoever waits for a signal has a time-out.
  lost(): void {}
}
