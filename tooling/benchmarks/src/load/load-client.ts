import { type Program, startProgram } from '@copycat-tooling/chaos'
import type { LoadReply, LoadRequest, LoadWindow, StoreAddress, WindowResult } from './messages.ts'

/** The load process, as the main process sees it. One call at a time. */
export class LoadClient {
  private readonly program: Program

  /** @param nodeOptions of its Node.js. */
  constructor(nodeOptions: readonly string[] = []) {
    this.program = startProgram(new URL('./load-process.ts', import.meta.url), {}, nodeOptions)
  }

  async open(address: StoreAddress): Promise<void> {
    await this.call({ type: 'open', address })
  }

  async fill(keys: number): Promise<void> {
    await this.call({ type: 'fill', keys })
  }

  async run(window: LoadWindow): Promise<WindowResult> {
    return (await this.call({ type: 'run', window })).result!
  }

  async close(): Promise<void> {
    await this.call({ type: 'close' })
  }

  /** Ends the process, whatever it does. */
  async stop(): Promise<void> {
    if (this.program.process.connected) this.program.process.disconnect()
    await this.program.ended
  }

  private call(request: LoadRequest): Promise<LoadReply> {
    return new Promise((resolve, reject) => {
      this.program.process.once('message', (reply: LoadReply) => {
        if (reply.error === undefined) resolve(reply)
        else reject(new Error(`load process: ${reply.error}`))
      })
      void this.program.ended.then((code) => reject(new Error(`the load process has ended with ${code}: ${this.program.stderr()}`)))
      this.program.process.send(request)
    })
  }
}
