import { ConfigurationError } from '@copycat/utils'
import { TransportError } from '@copycat/transport'
import type { Address, ConnectOptions, Connection, Transport, TransportServer } from '@copycat/transport'
import { resolveDialOptions } from './client-options.ts'
import type { WebSocketDialOptions } from './client-options.ts'
import { Dialler } from './dialler.ts'
import { StandardSocket } from './standard-socket.ts'
import type { StandardWebSocketClass } from './standard-socket.ts'
import { wsTransportName } from './transport-name.ts'

/** Options of {@link WebSocketClient}. */
export interface WebSocketClientOptions extends WebSocketDialOptions {
  /** Whether to encrypt (`wss`): a page that came over HTTPS must. @default false */
  readonly secure?: boolean
  /** The class to open WebSockets with. @default `globalThis.WebSocket` */
  readonly webSocket?: StandardWebSocketClass
}

/**
 * The dialling half, for browsers: it needs nothing but a `WebSocket`. It cannot listen.
 *
 * A browser does not tell a page why a WebSocket failed: what else would be `…_HANDSHAKE` is `…_CONNECT_FAILED` here.
 */
export class WebSocketClient implements Transport {
  readonly name: string = wsTransportName
  private readonly dialler: Dialler

  /** @throws {ConfigurationError}, also where there is no `WebSocket` and none was given. */
  constructor(options: WebSocketClientOptions = {}) {
    const { secure = false, webSocket, ...dialOptions } = options
    const WebSocketClass = webSocket ?? globalThis.WebSocket as StandardWebSocketClass | undefined
    if (WebSocketClass === undefined) {
      throw new ConfigurationError('webSocket', undefined, 'must be given where there is none, as in Node.js 20: or use WebSocketTransport there')
    }
    const resolved = resolveDialOptions(dialOptions)
    this.dialler = new Dialler(resolved, secure ? 'wss' : 'ws', (url, place) => new StandardSocket(new WebSocketClass(url), place, resolved.context))
  }

  /**
   * @throws (rejects) `TransportError` `…_CONNECT_FAILED`, `…_CONNECT_TIMEOUT`, `…_HANDSHAKE` or `…_AUTHENTICATION`;
   * `AbortedError`; `ClosedError` when the transport is, or is closed meanwhile. All are `not-applied`.
   */
  connect(address: Address, options: ConnectOptions = {}): Promise<Connection> {
    return this.dialler.connect(address, options)
  }

  /** @throws (rejects) `TransportError` `…_LISTEN_FAILED`, always. */
  async listen(): Promise<TransportServer> {
    throw new TransportError('COPYCAT_TRANSPORT_LISTEN_FAILED', 'a browser cannot listen: WebSocketTransport of @copycat/transport-ws can')
  }

  close(): Promise<void> {
    return this.dialler.close()
  }
}
