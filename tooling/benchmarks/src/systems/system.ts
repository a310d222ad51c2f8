import type { StoreAddress } from '../load/messages.ts'
import type { Connection } from '../rows.ts'

/** Three servers that are measured. */
export interface System {
  readonly name: string
  /** Where a client of this row connects to. */
  address(connection: Connection): Promise<StoreAddress>
  /** CPU seconds that all servers have used. */
  cpu(): Promise<number>
  stop(): Promise<void>
}
