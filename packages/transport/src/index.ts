/**
 * The contract between Copycat and whatever carries its messages.
 *
 * @packageDocumentation
 */
export type {
  Address, CloseReason, ConnectOptions, Connection, MessageHandler, Parts, RequestOptions, Respond, Transport,
  TransportOptions, TransportServer,
} from './transport.ts'
