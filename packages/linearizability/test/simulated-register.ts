import { type History, HistoryRecorder, type PendingOperation, type RegisterInput, type RegisterOutput, type Scalar } from '../src/index.ts'

/** A generator of whole numbers below `limit` that repeats with its seed (xorshift). */
export function numbers(seed: number): (limit: number) => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1
  return (limit) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  }
}

interface Load {
  readonly operations: number
  readonly keys: number
  readonly clients: number
  readonly unknownPercent: number
  readonly seed: number
}

interface Call {
  readonly input: RegisterInput
  readonly key: string
  readonly pending: PendingOperation<RegisterOutput>
  readonly isLost: boolean
  isApplied: boolean
  output: RegisterOutput
}

/** Clients of atomic registers, each with one call at a time, which takes effect at a random moment of its life. Written values are unique. */
export function simulatedRegisterHistory({ operations, keys, clients, unknownPercent, seed }: Load): History<RegisterInput, RegisterOutput> {
  const random = numbers(seed)
  const recorder = new HistoryRecorder<RegisterInput, RegisterOutput>()
  const registers = new Map<string, Scalar>()
  const calls: (Call | undefined)[] = Array.from({ length: clients }, () => undefined)
  const stragglers: Call[] = []
  const apply = (call: Call): void => {
    const before = registers.get(call.key) ?? null
    const { input } = call
    call.isApplied = true
    call.output = input.type === 'read' ? before : input.type === 'compareAndSet' ? before === input.expected : undefined
    if (input.type === 'write' || call.output === true) registers.set(call.key, (input as { value: Scalar }).value)
  }
  const invoke = (client: number): void => {
    const key = `key-${random(keys)}`
    const type = random(10)
    const value = recorder.size
    const input: RegisterInput = type < 5 ? { type: 'read' } : type < 9 ? { type: 'write', value }
      : { type: 'compareAndSet', expected: registers.get(key) ?? null, value }
    const pending = recorder.invoke(client, key, input)
    calls[client] = { input, key, pending, isLost: random(100) < unknownPercent, isApplied: false, output: undefined }
  }
  const advance = (client: number, call: Call): void => {
    if (call.isLost) {
      call.pending.unknown()
      stragglers.push(call)
    } else if (call.isApplied) call.pending.ok(call.output)
    else return apply(call)
    calls[client] = undefined
  }
  while (recorder.size < operations) {
    const client = random(clients)
    const call = calls[client]
    if (call === undefined) invoke(client)
    else advance(client, call)
    // Half of what was lost takes effect, some time.
    if (random(200) < unknownPercent && stragglers.length > 0) apply(stragglers.splice(random(stragglers.length), 1)[0]!)
  }
  return recorder.history()
}
