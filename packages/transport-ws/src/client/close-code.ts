/** Closed on purpose: normally, because the page or server goes away, or without a code. */
const cleanCodes: ReadonlySet<number> = new Set([1000, 1001, 1005])

/** What a WebSocket's close code means for whoever waits for the stream's end; undefined: closed on purpose. */
export function closeError(code: number, reason: string): Error | undefined {
  if (cleanCodes.has(code)) return undefined
  return new Error(`the WebSocket closed with code ${code}${reason === '' ? '' : `: ${reason}`}`)
}
