import type { CloseReason, Connection, MessageHandler, Parts, RequestOptions } from '../../src/transport.ts'

/** Passes everything on to a connection below. */
export class ForwardingConnection implements Connection {
  protected readonly below: Connection

  constructor(below: Connection) {
    this.below = below
  }

  get remoteAddress(): string {
    return this.below.remoteAddress
  }

  get isOpen(): boolean {
    return this.below.isOpen
  }

  request(type: number, parts: Parts, options: RequestOptions): Promise<Uint8Array> {
    return this.below.request(type, parts, options)
  }

  send(type: number, parts: Parts): boolean {
    return this.below.send(type, parts)
  }

  handle(type: number, handler: MessageHandler): void {
    this.below.handle(type, handler)
  }

  onDrain(callback: () => void): void {
    this.below.onDrain(callback)
  }

  onClose(callback: (reason: CloseReason) => void): void {
    this.below.onClose(callback)
  }

  close(): void {
    this.below.close()
  }
}
