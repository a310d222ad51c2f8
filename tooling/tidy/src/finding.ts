/** Something that a check found. An `error` fails the run, a `note` is only told. */
export interface Finding {
  readonly level: 'error' | 'note'
  /** From the root of the repository; with `:line` where there is one. */
  readonly place: string
  readonly message: string
}

/** A finding that fails the run. */
export function fault(place: string, message: string): Finding {
  return { level: 'error', place, message }
}

/** A finding that a reviewer should see. */
export function note(place: string, message: string): Finding {
  return { level: 'note', place, message }
}
