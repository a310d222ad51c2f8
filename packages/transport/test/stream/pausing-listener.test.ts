import { describe, expect, it } from 'vitest'
import { PausingListener } from '../../src/stream/pausing-listener.ts'
import { VirtualContext } from '../virtual-context.ts'
import { collector } from '../collector.ts'

/** A port of which a test decides who has it. */
class Port {
  isTaken = false
  bindings = 0
  closed = 0
  private failed: ((error: Error) => void) | undefined

  readonly bind = async ({ host }: { host: string }, failed: (error: Error) => void): Promise<{
    address: { host: string, port: number }, close: (callback: () => void) => void
  }> => {
    if (this.isTaken) throw new Error('taken')
    this.bindings += 1
    this.failed = failed
    return {
      address: { host, port: 4711 },
      close: (callback) => {
        this.closed += 1
        callback()
      },
    }
  }

  fail(): void {
    this.failed!(new Error('accept EMFILE'))
  }
}

describe('PausingListener', () => {
  it('T16: gives the port up for a moment when accepting fails, with one line, and takes it again', async () => {
    const { context, port, listener, lines } = await opened()
    port.fail()
    port.fail()
    expect(port.closed).toBe(1)
    expect(lines).toEqual([expect.stringMatching(/here:4711 for 200 ms: accept EMFILE/)])
    await advance(context, 199)
    expect(port.bindings).toBe(1)
    await advance(context, 1)
    expect(port.bindings).toBe(2)
    expect(listener.address).toEqual({ host: 'here', port: 4711 })
  })

  it('T16: tries again while somebody else has the port', async () => {
    const { context, port } = await opened()
    port.fail()
    port.isTaken = true
    await advance(context, 1000)
    port.isTaken = false
    await advance(context, 200)
    expect(port.bindings).toBe(2)
  })

  it('takes the port no more once it is closed, not even when it was just about to', async () => {
    const { context, port, listener } = await opened()
    port.fail()
    context.advance(200)
    await listener.close()
    await advance(context, 1000)
    expect(port.bindings - port.closed).toBe(0)
    expect(context.timerCount).toBe(0)
  })

  it('tells why it cannot listen', async () => {
    const port = new Port()
    port.isTaken = true
    await expect(new PausingListener(port.bind, new VirtualContext(), collector([])).open({ host: 'here', port: 0 })).rejects.toThrow('taken')
  })
})

async function opened(): Promise<{ context: VirtualContext, port: Port, listener: PausingListener, lines: string[] }> {
  const context = new VirtualContext()
  const port = new Port()
  const lines: string[] = []
  const listener = new PausingListener(port.bind, context, collector(lines))
  await listener.open({ host: 'here', port: 0 })
  return { context, port, listener, lines }
}

/** Lets time pass in steps, with room for promises between them. */
async function advance(context: VirtualContext, millis: number): Promise<void> {
  for (let left = millis; left > 0; left -= 100) {
    context.advance(Math.min(left, 100))
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  }
}
