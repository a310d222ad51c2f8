import type { Logger } from '../src/logger.ts'

/** A logger whose lines a test can read. */
export interface RecordingLogger extends Logger {
  readonly lines: [level: string, message: string, details: unknown][]
}

export function recordingLogger(): RecordingLogger {
  const lines: [string, string, unknown][] = []
  const at = (level: string) => (message: string, details?: unknown): void => { lines.push([level, message, details]) }
  return { lines, trace: at('trace'), debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
