import type { ReadOptions } from '@copycat/core'
import { checkInteger } from '@copycat/utils'
import { ReadPage } from './map-operations.ts'
import { decodePage, type PageContent } from './map-page.ts'

/** Options of iterating over a collection. */
export interface IterationOptions extends ReadOptions {
  /** Entries that one query brings at most; fewer where they are large. @default 1000 */
  readonly pageSize?: number
}

const pageSizeDefault = 1000

/** Sends a query, as `submitDecoded` of a resource. */
type SendQuery = <R>(query: ReadPage, decode: (bytes: Uint8Array | undefined) => R, options?: ReadOptions) => Promise<R>

/** The fields of a collection's entries, page by page, each by `decode` (which gets a view). */
export async function * readPages<T>(
  send: SendQuery, content: PageContent, iteration: IterationOptions | undefined, decode: (field: Uint8Array) => T,
): AsyncGenerator<T[], void, undefined> {
  const { pageSize = pageSizeDefault, ...options } = iteration ?? {}
  checkInteger('pageSize', pageSize, 1)
  let after = 0
  let through = 0
  do {
    const query = new ReadPage({ content, after, through, countMax: pageSize })
    const page = await send(query, (bytes) => decodePage(bytes ?? new Uint8Array(0), decode), options)
    yield page.fields
    after = page.next
    through = page.through
  } while (after !== 0)
}
