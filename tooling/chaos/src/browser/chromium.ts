import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { WebSocket } from 'ws'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Path of a browser that is installed, if there is one. @param searchPath as in the environment variable PATH. */
export function findChromium(searchPath: string): string | undefined {
  return searchPath.split(path.delimiter).flatMap((folder) => names.map((name) => path.join(folder, name))).find((file) => {
    try {
      accessSync(file, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

interface Answer {
  readonly id?: number
  readonly result?: Record<string, unknown>
  readonly error?: { readonly message: string }
}

/** A browser without a window, driven over its DevTools protocol. */
export class Chromium {
  private readonly process: ChildProcess
  private readonly socket: WebSocket
  private readonly directory: string
  private readonly pending = new Map<number, { resolve: (result: Record<string, unknown>) => void, reject: (error: Error) => void }>()
  private lastId = 0

  private constructor(child: ChildProcess, socket: WebSocket, directory: string) {
    this.process = child
    this.socket = socket
    this.directory = directory
    socket.on('message', (data: Buffer) => this.receive(JSON.parse(data.toString()) as Answer))
    socket.on('close', () => {
      for (const { reject } of this.pending.values()) reject(new Error('the browser has gone'))
    })
  }

  /** Starts it with a profile of its own, which {@link close} removes. */
  static async start(file: string): Promise<Chromium> {
    const directory = await mkdtemp(path.join(tmpdir(), 'copycat-browser-'))
    const child = spawn(file, [
      '--headless=new', '--remote-debugging-port=0', `--user-data-dir=${directory}`, '--no-first-run', '--disable-gpu', '--disable-dev-shm-usage',
      // Pages of the test come from this machine only; the sandbox does not start in containers.
      '--no-sandbox', 'about:blank',
    ], { stdio: ['ignore', 'ignore', 'pipe'] })
    try {
      const socket = new WebSocket(await endpointOf(child))
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
      return new Chromium(child, socket, directory)
    } catch (error) {
      child.kill('SIGKILL')
      await rm(directory, { recursive: true, force: true })
      throw error
    }
  }

  /** Opens a page. */
  async open(url: string): Promise<Page> {
    const { targetId } = await this.call('Target.createTarget', { url })
    const { sessionId } = await this.call('Target.attachToTarget', { targetId, flatten: true })
    return new Page((method, parameters) => this.call(method, parameters, sessionId as string))
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve))
    this.socket.close()
    this.process.kill('SIGKILL')
    await ended
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 })
  }

  private call(method: string, parameters: object, sessionId?: string): Promise<Record<string, unknown>> {
    const id = ++this.lastId
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject })
      this.socket.send(JSON.stringify({ id, method, params: parameters, ...(sessionId === undefined ? {} : { sessionId }) }))
    })
  }

  private receive({ id, result, error }: Answer): void {
    const waiting = this.pending.get(id ?? 0)
    if (waiting === undefined) return
    this.pending.delete(id!)
    if (error === undefined) waiting.resolve(result ?? {})
    else waiting.reject(new Error(error.message))
  }
}

/** A page that is open. */
export class Page {
  private readonly call: (method: string, parameters: object) => Promise<Record<string, unknown>>

  constructor(call: (method: string, parameters: object) => Promise<Record<string, unknown>>) {
    this.call = call
  }

  /** The value of an expression in the page; a promise is waited for. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }) as {
      result: { value?: unknown }, exceptionDetails?: { exception?: { description?: string }, text: string }
    }
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }

  /** What the page looks like, as PNG. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.call('Page.captureScreenshot', { format: 'png' })
    return Buffer.from(data as string, 'base64')
  }
}

/** The browser tells where it listens on its standard error. */
function endpointOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const told: string[] = []
    createInterface({ input: child.stderr! }).on('line', (line) => {
      const [, url] = /^DevTools listening on (ws:.*)$/.exec(line) ?? []
      if (url !== undefined) resolve(url)
      told.push(line)
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`the browser ended before it listened: ${told.slice(-5).join('; ')}`)))
  })
}
