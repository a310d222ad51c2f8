/** Taken before a trap may stand in its place. */
const immediate = setImmediate

/** Turns that are asked for at a time: a pass through the event loop looks at all that the process waits for, which costs more than most turns. */
const turnsAtOnce = 64

/**
 * Calls `turn` again and again until it returns false or throws. Between two calls every promise that could go on has gone on, and one that was rejected is reported
 * if nobody handles it: Node.js sees to that between any two callbacks of `setImmediate`.
 */
export function turnUntilFalse(turn: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let isOver = false
    const next = (): void => {
      if (isOver) return
      try {
        if (turn()) return
        resolve()
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)))
      }
      isOver = true
    }
    const ask = (): void => {
      if (isOver) return
      for (let count = 0; count < turnsAtOnce; count++) immediate(next)
      immediate(ask)
    }
    immediate(ask)
  })
}

/** Resolves when every promise that could go on has gone on. */
export function nextEventLoopTurn(): Promise<void> {
  return new Promise((resolve) => {
    immediate(resolve)
  })
}
