/** What is measured: keys and values behind one client. */
export interface Store {
  put(key: string, value: string): Promise<unknown>
  /** A linearizable read. */
  get(key: string): Promise<unknown>
  /** A read that may be stale but not older than what this client has seen; absent where the store has none. */
  getSerializable?(key: string): Promise<unknown>
  close(): Promise<void>
}
