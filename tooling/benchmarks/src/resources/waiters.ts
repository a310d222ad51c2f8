import { CopycatClient } from '@copycat/core'
import { DistributedLock } from '@copycat/resources-coordination'
import { TcpTransport } from '@copycat/transport-tcp'
import { whole } from '../table.ts'
import { runProgram } from './program.ts'

/** The grant rate with many waiters, as a part of that with few, at least. */
const ratioMin = 0.8

const few = 10

/** Hands a lock over so many times while always so many wait for it. @returns grants a second. */
async function grantRate(lock: DistributedLock, waiters: number, grants: number): Promise<number> {
  const first = await lock.lock()
  let granted = 0
  let end = 0
  const controller = new AbortController()
  const wait = async (): Promise<void> => {
    while (granted < grants) {
      const hold = await lock.lock({ signal: controller.signal })
      granted += 1
      if (granted === grants) {
        end = performance.now()
        controller.abort()
      }
      await hold.release()
    }
  }
  const waiting = Array.from({ length: waiters }, () => wait().catch((error: unknown) => {
    if (!controller.signal.aborted) throw error
  }))
  // All of them stand in the queue.
  await lock.isLocked()
  const start = performance.now()
  await first.release()
  await Promise.all(waiting)
  return grants / (end - start) * 1_000
}

await runProgram('waiters', async (cluster, isQuick) => {
  const [many, grants] = isQuick ? [1_000, 500] : [10_000, 5_000]
  await using client = await CopycatClient.open({ members: cluster.addresses, transport: new TcpTransport() })
  const lock = await client.create('/lock', DistributedLock)
  await grantRate(lock, few, grants)
  const withFew = await grantRate(lock, few, grants)
  const withMany = await grantRate(lock, many, grants)
  const ratio = withMany / withFew
  console.log(`${whole(withFew)} grants a second with ${few} waiters, ${whole(withMany)} with ${whole(many)}: ratio ${ratio.toFixed(2)}`)
  return ratio >= ratioMin ? [] : [`ratio ${ratio.toFixed(2)}, at least ${ratioMin}`]
})
