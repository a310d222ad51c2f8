import { deletion } from './deletion.ts'

/** Who waits for the answer to which request of a resource: an event is shown to the one whose request it answers, as thousands may wait. */
export class WaitingRequests {
  private readonly byRequest = new Map<number, (event: unknown) => void>()

  get size(): number {
    return this.byRequest.size
  }

  /** Calls `callback` with each event that bears the number `request`, and with the deletion of the resource; until {@link remove}. */
  add(request: number, callback: (event: unknown) => void): void {
    this.byRequest.set(request, callback)
  }

  remove(request: number): void {
    this.byRequest.delete(request)
  }

  dispatch(event: unknown): void {
    const request = requestOf(event)
    if (request !== undefined) this.byRequest.get(request)?.(event)
    else if (deletion.match(event) !== undefined) for (const callback of [...this.byRequest.values()]) callback(event)
  }
}

/** The number of the request that an event answers; no two requests of a client have the same. */
function requestOf(event: unknown): number | undefined {
  const value: unknown = Array.isArray(event) ? event[1] : undefined
  return typeof value === 'object' && value !== null && 'request' in value && typeof value.request === 'number' ? value.request : undefined
}
