/**
 * WebSocket transport.
 *
 * @packageDocumentation
 */
export {}
