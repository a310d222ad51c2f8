import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** A page with its program, on a free port. */
export interface PageServer {
  readonly origin: string
  close(): Promise<void>
}

/** Bundles the page's program as an application would, and serves it. @throws when it needs anything of Node.js. */
export async function servePage(): Promise<PageServer> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./page-process.ts', import.meta.url))], bundle: true, platform: 'browser', format: 'esm', write: false,
    conditions: ['@copycat/source'], logLevel: 'silent',
  })
  const script = outputFiles[0]!.text
  const page = '<!doctype html><meta charset="utf-8"><title>Copycat in a browser</title><h1>Copycat in a browser</h1><pre id="story"></pre>'
    + '<script type="module" src="/page.js"></script>'
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js'
    response.writeHead(200, { 'Content-Type': isScript ? 'text/javascript' : 'text/html' }).end(isScript ? script : page)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}
