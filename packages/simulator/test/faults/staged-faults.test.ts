import { describe, expect, it } from 'vitest'
import { stagedFaultClasses } from '../../src/faults/fault-classes.ts'
import { drawOptions } from '../../src/faults/swarm.ts'
import { runOnce } from '../../src/run.ts'
import { StoreWorkload } from '../../src/workload/store-workload.ts'

describe('staged faults', () => {
  it('all happen where they are asked for, and a cluster that is right survives them', async () => {
    const options = {
      ...drawOptions(1, 'default'), servers: 3, clients: 3, loops: 4, burst: 2, thinkMillis: 500, depth: 'message', electionTimeout: 300, heartbeatInterval: 90,
      calmMillis: 1_000, faultMillis: 20_000, healedMillis: 18_000, healing: 'all', faults: stagedFaultClasses,
      rates: Object.fromEntries(stagedFaultClasses.map((fault) => [fault, 20])),
    } as const
    const { violation, faults } = await runOnce(options, { workload: (ports) => new StoreWorkload(options, ports) })
    expect(violation).toBeUndefined()
    for (const fault of stagedFaultClasses) expect(faults.get(fault), fault).toBeGreaterThan(0)
  }, 60_000)
})
