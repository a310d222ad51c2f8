import type { Context } from '@copycat/utils'

/** Default of `trapDeterminism`: on in development. A context of one's own is a simulation, which has traps of its own. */
export function trapsByDefault(context: Context | undefined): boolean {
  return context === undefined && process.env['NODE_ENV'] !== 'production'
}
