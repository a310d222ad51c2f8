import { readFileSync, writeFileSync } from 'node:fs'
import { faultClasses, stagedFaultClasses } from '@copycat/simulator/internal'
import type { Case } from './shrink-case.ts'

/** Writes a case, and what else is known of it, as JSON. */
export function writeCase(file: string, written: Case, more: Readonly<Record<string, unknown>>): void {
  writeFileSync(file, `${JSON.stringify({ ...written, ...more }, undefined, 2)}\n`)
}

/**
 * Reads what {@link writeCase} has written, without the rest.
 * @throws {Error} with a message for whoever named the file.
 */
export function readCase(file: string): Case {
  const { options, plan, mutant } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Case>
  if (typeof options !== 'object' || !Number.isSafeInteger(options.seed) || !Array.isArray(plan)) throw new Error(`${file} holds no case: it needs options and a plan`)
  const known: readonly string[] = [...faultClasses, ...stagedFaultClasses]
  for (const { fault } of plan as Case['plan']) if (!known.includes(fault)) throw new Error(`${file}: there is no class of faults '${fault}'`)
  return { options, plan: plan as Case['plan'], ...(mutant === undefined ? {} : { mutant }) }
}
