/** What a client process is started with. */
export interface ClientConfiguration {
  /** `host:port` of the server to connect to; the others are learnt. */
  readonly server: string
  /** Folder whose installed packages are the input. */
  readonly root: string
  readonly entriesMin: number
}

/** From the writing process. */
export type FromWriter =
  | { readonly type: 'progress', readonly acknowledged: number, readonly entries: number }
  | { readonly type: 'done', readonly acknowledged: readonly string[], readonly foundPresent: readonly string[], readonly millis: number, readonly longestGap: number }

/** From the reading process. */
export type FromReader =
  | { readonly type: 'progress', readonly read: number }
  | { readonly type: 'done', readonly lost: readonly string[], readonly appliedTwice: readonly string[], readonly read: number }

/** Path of the map. */
export const mapPath = '/manifests'
