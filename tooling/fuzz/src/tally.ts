import { CopycatError } from '@copycat/utils'

/** What became of the inputs of one decoder. */
export interface DecoderCounts {
  accepted: number
  /** By the code of the error. */
  refused: Record<string, number>
}

/** What became of all inputs. */
export interface Counts {
  inputs: number
  /** Of frames: inputs whose checksum fits their bytes although they were changed. */
  repaired: number
  decoders: Record<string, DecoderCounts>
}

/** For decoders that throw the error that a message brings, whose code may be any. */
export const carriedError = 'the error that it carries'

/** An error that a decoder must not end with. */
export class ViolationError extends Error {
  override readonly name = 'ViolationError'
}

/** Counts, and judges errors. */
export class Tally {
  readonly counts: Counts = { inputs: 0, repaired: 0, decoders: {} }

  /** The counts of one decoder. */
  of(decoder: string): DecoderCounts {
    return this.counts.decoders[decoder] ??= { accepted: 0, refused: {} }
  }

  /**
   * Runs a decoder. @param codes that it may refuse with.
   * @returns whether it accepted the input.
   * @throws {ViolationError} when it ended with any other error.
   */
  decode(decoder: string, codes: readonly string[], run: () => unknown): boolean {
    try {
      run()
    } catch (error) {
      if (error instanceof ViolationError) throw error
      this.refuse(decoder, codes, error)
      return false
    }
    this.of(decoder).accepted++
    return true
  }

  /** Counts an error. @throws {ViolationError} when it is none of `codes`. */
  refuse(decoder: string, codes: readonly string[], error: unknown): void {
    const code = CopycatError.is(error) ? codeOf(error, codes) : undefined
    if (code === undefined) {
      throw new ViolationError(`${decoder} ended with ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`, { cause: error })
    }
    const { refused } = this.of(decoder)
    refused[code] = (refused[code] ?? 0) + 1
  }
}

/** The code under which a refusal is counted; undefined when the decoder may not refuse with it. */
function codeOf({ code }: CopycatError, codes: readonly string[]): string | undefined {
  if (codes.includes(code)) return code
  return codes.includes(carriedError) ? carriedError : undefined
}
