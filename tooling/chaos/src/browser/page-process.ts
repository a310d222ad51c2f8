// The program of the page, bundled for a browser.
import { CopycatClient } from '@copycat/core'
import { DistributedMap } from '@copycat/resources-collections'
import { WebSocketClient } from '@copycat/transport-ws/client'

/** What is used of a browser: the types of all of it would hold for the whole workspace. */
interface BrowserGlobals {
  readonly location: { readonly href: string }
  readonly document: { querySelector(selector: string): { readonly textContent: string, append(text: string): void } }
}

const { location, document } = globalThis as unknown as BrowserGlobals

/** Where the cluster listens; the URL of the page tells it. */
const addresses = (new URL(location.href).searchParams.get('members') ?? '').split(',').map((member) => {
  const [host = '', port = ''] = member.split(':')
  return { host, port: Number(port) }
})

function show(line: string): void {
  document.querySelector('#story').append(`${line}\n`)
}

async function main(): Promise<string[]> {
  // The members' own addresses, which a client learns, are for TCP: a browser stays with those that it was given.
  const copycat = await CopycatClient.open({ members: addresses, transport: new WebSocketClient(), strategy: () => addresses })
  show('connected over WebSocket')
  const map = await copycat.create('/shared', DistributedMap<string, string>)
  await map.put('page', 'written by the page')
  show(`the page wrote, and read: ${await map.get('page')}`)
  let seen = await map.get('other')
  while (seen === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    seen = await map.get('other')
  }
  show(`another client wrote: ${seen}`)
  await copycat.close()
  show('closed')
  return document.querySelector('#story').textContent.trim().split('\n')
}

Object.assign(globalThis, { finished: main() })
