/** The MessagePack extension type whose payload is a varint id and a body. */
export const typeById = 0x43
/** The MessagePack extension type whose payload is a string, the registered name, and a body. */
export const typeByName = 0x4e
/** The MessagePack extension type of the bytes that may follow a value and mean nothing: see {@link allocationFactor}. */
export const typePadding = 0x50
/** The MessagePack extension type that stands for an object met before: its offset, 1, 2 or 4 bytes. */
export const typeReference = 0x52
/** The MessagePack extension type, `d4 53 00`, before a value with references; offsets count from behind it. */
export const typeShared = 0x53
export const sharedMarkBytes = 3

/** Payloads of extension type 0. */
export const undefinedPayload = 0
export const holePayload = 1

/** Ids from here to {@link reservedIdMax} belong to this package. */
export const reservedIdMin = 128
export const reservedIdMax = 255
export const idMax = 65_535

/** Ids of the built-in types. A published id keeps its meaning for ever. */
export const builtinIds = {
  date: 128,
  map: 129,
  set: 130,
  bigint: 131,
  illFormedString: 132,
  error: 133,
  regExp: 134,
  url: 135,
  arrayBuffer: 136,
  dataView: 137,
  int8Array: 138,
  uint8ClampedArray: 139,
  int16Array: 140,
  uint16Array: 141,
  int32Array: 142,
  uint32Array: 143,
  float32Array: 144,
  float64Array: 145,
  bigInt64Array: 146,
  bigUint64Array: 147,
} as const

/**
 * Reading may allocate this many times the input and {@link allocationFree} bytes more. A value of very many tiny
 * parts (ten thousand empty objects) would take more: padding follows it, so that every value that can be written can be read.
 */
export const allocationFactor = 16
export const allocationFree = 65_536

/** Rough bytes of memory of what is read, charged alike by writer and reader. */
export const costs = {
  array: 32, object: 56, slot: 8, leaf: 32, binary: 256, collection: 256, entry: 48, error: 2048,
  /** Of an object that may be referred to, where references are kept. */
  referable: 48,
} as const
