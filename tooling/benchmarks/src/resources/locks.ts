import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { leaderFirst } from '@copycat/client'
import { CopycatClient } from '@copycat/core'
import { DistributedLock } from '@copycat/resources-coordination'
import { TcpTransport } from '@copycat/transport-tcp'
import { calibrate, speedOf } from '../calibration/calibration.ts'
import { openEtcdLock } from '../load/stores/etcd-lock.ts'
import { EtcdSystem, findEtcd } from '../systems/etcd-system.ts'
import { whole } from '../table.ts'
import { runProgram } from './program.ts'

/** Clients, and how often a second they should take the lock and give it back, all together. */
const rows = [{ clients: 1, target: 900 }, { clients: 16, target: 1_500 }] as const

const windows = 5

/** Takes the lock, and gives it back. */
type Cycle = () => Promise<void>

/** @returns cycles a second of all: least, median, most of the windows. */
async function rate(cycles: readonly Cycle[], duration: number): Promise<readonly [least: number, median: number, most: number]> {
  let done = 0
  let isOver = false
  const running = cycles.map(async (cycle) => {
    while (!isOver) {
      await cycle()
      done += 1
    }
  })
  const rates: number[] = []
  for (let window = -1; window < windows; window++) {
    const [before, start] = [done, performance.now()]
    await new Promise((resolve) => setTimeout(resolve, duration))
    // The first one warms up.
    if (window >= 0) rates.push((done - before) / (performance.now() - start) * 1_000)
  }
  isOver = true
  await Promise.all(running)
  rates.sort((a, b) => a - b)
  return [rates[0]!, rates[Math.floor(windows / 2)]!, rates.at(-1)!]
}

function lineOf(system: string, clients: number, [least, median, most]: readonly [number, number, number]): string {
  return `${system}, lock and unlock, ${clients === 1 ? '1 client' : `${clients} clients contending`}: ${whole(least)} - ${whole(median)} - ${whole(most)} a second (least, median, most)`
}

async function measureEtcd(program: string, directory: string, duration: number): Promise<void> {
  const system = await EtcdSystem.start(program, directory)
  try {
    for (const { clients } of rows) {
      const address = await system.address('leader')
      const locks = await Promise.all(Array.from({ length: clients }, () => openEtcdLock(address, `lock ${clients}`)))
      console.log(lineOf('etcd (HTTP/JSON)', clients, await rate(locks.map((lock) => () => lock.cycle()), duration)))
      for (const lock of locks) lock.close()
    }
  } finally {
    await system.stop()
  }
}

await runProgram('locks', async (cluster, isQuick) => {
  const duration = isQuick ? 1_000 : 5_000
  const directory = await mkdtemp(path.join(tmpdir(), 'copycat-bench-'))
  try {
    const first = await calibrate(directory, duration)
    const medians: number[] = []
    for (const { clients } of rows) {
      const opened = await Promise.all(Array.from({ length: clients }, () => CopycatClient.open({ members: cluster.addresses, transport: new TcpTransport(), strategy: leaderFirst })))
      const locks = await Promise.all(opened.map((client) => client.create(`/lock-${clients}`, DistributedLock)))
      const figures = await rate(locks.map((lock) => async () => {
        const hold = await lock.lock()
        await hold.release()
      }), duration)
      console.log(lineOf('copycat', clients, figures))
      medians.push(figures[1])
      await Promise.all(opened.map((client) => client.close()))
    }
    const speed = speedOf([first, await calibrate(directory, duration)])
    console.log(`targets are taken times ${speed.toFixed(2)}, as quick as this machine was against the nominal one`)
    const etcd = findEtcd(process.env['PATH'] ?? '')
    if (etcd === undefined) console.log('etcd is not on the PATH: it is not measured')
    else await measureEtcd(etcd, directory, duration)
    return rows.flatMap(({ clients, target }, at) => medians[at]! >= target * speed ? [] : [`${clients} clients: ${whole(medians[at])} a second, target ${whole(target * speed)}`])
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
