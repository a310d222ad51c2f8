/** Taken before a trap may stand in its place. */
const immediate = setImmediate

/** Resolves when every promise that could go on has gone on. */
export function nextEventLoopTurn(): Promise<void> {
  return new Promise((resolve) => {
    immediate(resolve)
  })
}
