import { unknownOutput } from '../model.ts'
import type { Scalar, UnknownOutput } from '../model.ts'

/** A value as text, different for different values. */
export function scalarText(value: Scalar): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

/** `call -> output`, or `call -> ?` when nobody knows the output. */
export function describeCall<Output>(call: string, output: Output | UnknownOutput, outputText: (output: Output) => string): string {
  return `${call} -> ${output === unknownOutput ? '?' : outputText(output)}`
}

/** What is there of an output, or `ok`. */
export function partsText(...parts: readonly (string | undefined)[]): string {
  const seen = parts.filter((part) => part !== undefined)
  return seen.length === 0 ? okText() : seen.join(', ')
}

/** The output of operations that return nothing, or whose output the model does not look at. */
export function okText(): string {
  return 'ok'
}
