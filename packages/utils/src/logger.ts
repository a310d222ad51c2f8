/** Where log lines go: five methods, so that most loggers fit as they are. `details` is data, often an error. */
export interface Logger {
  trace(message: string, details?: unknown): void
  debug(message: string, details?: unknown): void
  info(message: string, details?: unknown): void
  warn(message: string, details?: unknown): void
  error(message: string, details?: unknown): void
}

/** Options of {@link warningLogger}. */
export interface WarningLoggerOptions {
  /** At most so many lines a minute; the rest are counted and the count is told with the next line. @default 30 */
  readonly linesPerMinuteMax?: number
  /** Milliseconds on any clock that does not go back. @default `performance.now` */
  readonly now?: () => number
  /** What a line is handed to. @default `process.emitWarning`, or `console.warn` where there is no process */
  readonly emit?: (line: string) => void
}

/** The default logger: warnings and errors go to `process.emitWarning`, rate-limited; the rest is dropped. */
export function warningLogger(options: WarningLoggerOptions = {}): Logger {
  const { linesPerMinuteMax = 30, now = () => performance.now(), emit = emitWarning } = options
  let minuteStart = -Infinity
  let lines = 0
  let suppressed = 0
  const write = (message: string, details?: unknown): void => {
    const time = now()
    if (time - minuteStart >= 60_000) {
      minuteStart = time
      lines = 0
    }
    if (lines >= linesPerMinuteMax) {
      suppressed += 1
      return
    }
    lines += 1
    const note = suppressed === 0 ? '' : ` (${suppressed} lines left out before this one)`
    suppressed = 0
    emit(`${message}${details === undefined ? '' : `: ${detailText(details)}`}${note}`)
  }
  const drop = (): void => {}
  return { trace: drop, debug: drop, info: drop, warn: write, error: write }
}

/** A logger that drops everything. */
export const silentLogger: Logger = Object.freeze({ trace() {}, debug() {}, info() {}, warn() {}, error() {} })

function emitWarning(line: string): void {
  if (typeof globalThis.process?.emitWarning === 'function') process.emitWarning(line, 'CopycatWarning')
  else console.warn(line)
}

function detailText(details: unknown): string {
  if (details instanceof Error) return details.stack ?? details.message
  if (typeof details === 'string') return details
  try {
    return JSON.stringify(details) ?? typeof details
  } catch {
    // Circular, or with a bigint inside: a log line must not be what breaks its caller.
    return 'details that JSON cannot express'
  }
}
