import { openCopycatStore } from './stores/copycat-store.ts'
import { openEtcdStore } from './stores/etcd-store.ts'
import type { LoadReply, LoadRequest, StoreAddress, WindowResult } from './messages.ts'
import { fill, runWindow } from './run-window.ts'
import type { Store } from './store.ts'

/** The one client process: opens a store and puts it under load, as it is told. */
let store: Store | undefined

async function carryOut(request: LoadRequest): Promise<WindowResult | undefined> {
  switch (request.type) {
    case 'open':
      store = await open(request.address)
      return undefined
    case 'fill':
      await fill(opened(), request.keys)
      return undefined
    case 'run': return runWindow(opened(), request.window)
    case 'close':
      await opened().close()
      store = undefined
      return undefined
  }
}

async function open(address: StoreAddress): Promise<Store> {
  return address.kind === 'copycat' ? openCopycatStore(address) : openEtcdStore(address)
}

function opened(): Store {
  if (store === undefined) throw new Error('no store is open')
  return store
}

process.on('message', (request: LoadRequest) => {
  const answer = (reply: LoadReply): void => {
    process.send!(reply)
  }
  carryOut(request).then(
    (result) => answer(result === undefined ? {} : { result }),
    (error: unknown) => answer({ error: error instanceof Error ? error.stack ?? error.message : String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
