import { check, counterModel, type CounterInput, type CounterOutput, HistoryRecorder, report } from '@copycat/linearizability'
import { simulate, type SimulateOptions, type SimulationError } from '@copycat/simulator'
import type { StateMachine } from '@copycat/state-machine'
import { CopycatError } from '@copycat/utils'
import { describe, expect, it } from 'vitest'
import { Add, ClockCounter, Counter, ForgetfulCounter, FragileCounter, OutsideCounter, RandomCounter, Read } from './counters.ts'

const counting: SimulateOptions<Counter>['workload'] = async (client) => {
  await client.submit(new Add(client.random.between(1, 5)))
  await client.submit(new Read())
}

async function failure(run: Promise<unknown>): Promise<SimulationError> {
  try {
    await run
  } catch (error) {
    if (CopycatError.is(error, 'COPYCAT_SIMULATION')) return error as SimulationError
    throw error
  }
  throw new Error('nothing was found')
}

describe('simulate', () => {
  it('passes a state machine that is right, in 20 seeds', async () => {
    const result = await simulate(Counter, {
      seeds: 20, duration: 5_000, clients: 2, concurrency: 1, workload: counting,
      check: ({ machines }) => {
        expect(machines.size).toBeGreaterThan(0)
        expect(new Set([...machines.values()].map(({ value }) => value)).size).toBe(1)
      },
    })
    expect(result.runs).toHaveLength(20)
    expect(result.runs.every(({ acknowledged, committed }) => acknowledged > 0 && committed > 0)).toBe(true)
    expect(result.acknowledged).toBe(result.runs.reduce((sum, run) => sum + run.acknowledged, 0))
    expect(result.faults.size).toBeGreaterThan(20)
    expect(result.millis).toBeGreaterThanOrEqual(20 * 25_000)
  })

  it('runs a seed the same way every time', async () => {
    const hashes = async (): Promise<string[]> => (await simulate(Counter, { seeds: { from: 40, count: 3 }, duration: 5_000, workload: counting })).runs.map(({ hash }) => hash)
    const first = await hashes()
    expect(await hashes()).toEqual(first)
    expect(new Set(first).size).toBe(3)
  })

  it('takes a function that makes state machines, and gives each run what its setup made', async () => {
    const seeds: number[] = []
    await simulate(() => new Counter(), {
      seeds: [7, 9], duration: 2_000, clients: 1,
      setup: (seed) => {
        seeds.push(seed)
        return { calls: 0 }
      },
      workload: async (client, shared) => {
        shared.calls += 1
        await client.submit(new Add(1))
      },
      check: ({ acknowledged }, { calls }) => expect(calls).toBeGreaterThanOrEqual(acknowledged),
    })
    expect(seeds).toEqual([7, 9])
  })

  it('has exactly the faults that are named', async () => {
    const calm = await simulate(Counter, { seeds: 2, duration: 3_000, faults: [], servers: 3, workload: counting })
    expect(calm.faults.size).toBe(0)
    const killed = await simulate(Counter, { seeds: 3, duration: 5_000, faults: ['kill'], servers: 3, clients: 2, workload: counting })
    expect([...killed.faults.keys()]).toEqual(['kill'])
    expect(killed.runs.map(({ servers, clients }) => [servers, clients])).toEqual([[3, 2], [3, 2], [3, 2]])
  })

  it('lets a history of the workload be judged', async () => {
    await simulate(Counter, {
      seeds: 2, duration: 5_000, setup: () => new HistoryRecorder<CounterInput, CounterOutput>(),
      workload: async (client, recorder) => {
        const add = recorder.invoke(client.name, 'counter', { type: 'add', delta: 1 }, client.now())
        add.ok(await client.submit(new Add(1)))
        const get = recorder.invoke(client.name, 'counter', { type: 'get' }, client.now())
        get.ok(await client.submit(new Read()))
      },
      check: (_, recorder) => {
        const result = check(recorder.history(), counterModel())
        expect(result.verdict, report(result)).toBe('linearizable')
      },
    })
  })
})

describe('simulate, of state machines with a fault', () => {
  it('names the line that draws a random number', async () => {
    const error = await failure(simulate(RandomCounter, { duration: 3_000, workload: counting }))
    expect(error.invariant).toBe('determinism')
    expect(error.message).toMatch(/Math\.random was used\n +at RandomCounter\.add \(.*counters\.ts:\d+:\d+\)/)
  })

  it('names the line that reads the clock', async () => {
    const error = await failure(simulate(ClockCounter, { duration: 3_000, workload: counting }))
    expect(error.invariant).toBe('determinism')
    expect(error.message).toMatch(/new Date\(\) was used\n +at ClockCounter\.add \(.*counters\.ts:\d+:\d+\)/)
  })

  it('finds lost updates by the check of the user', async () => {
    const adding: SimulateOptions<Counter, { acknowledged: number }> = {
      seeds: [3], duration: 3_000, setup: () => ({ acknowledged: 0 }),
      workload: async (client, shared) => {
        await client.submit(new Add(1))
        shared.acknowledged += 1
      },
      check: ({ machines }, { acknowledged }) => {
        for (const { value } of machines.values()) if (value < acknowledged) throw new Error(`${acknowledged} additions were acknowledged, ${value} are there`)
      },
    }
    await simulate(Counter, adding)
    const error = await failure(simulate(ForgetfulCounter, adding))
    expect(error.invariant).toBe('check')
    expect(error.message).toMatch(/\d+ additions were acknowledged, \d+ are there/)
    expect((error.cause as Error).message).toMatch(/additions were acknowledged/)
  })

  it('finds states that depend on what is outside, though the results are alike', async () => {
    const names = new Map<string, number>()
    let instances = 0
    const error = await failure(simulate(() => {
      instances += 1
      return new OutsideCounter(instances % 2 === 0 ? names : new Map([['a', 1]]))
    }, { servers: 3, faults: [], duration: 3_000, workload: counting }))
    expect(error.invariant).toBe('I21')
    expect(error.message).toMatch(/member \d and .* have different states after entry \d+, the command .*add/)
  })

  it('finds an exception on one server only, and says what each did', async () => {
    let instances = 0
    const error = await failure(simulate(() => new FragileCounter(instances++ % 4 === 3), { seeds: [5], servers: 3, faults: [], duration: 5_000, workload: counting }))
    expect(error.invariant).toBe('I21')
    expect(error.message).toMatch(/the command at entry \d+ \(.*add.*\) came to different results/)
    expect(error.message).toMatch(/returned \d+/)
    expect(error.message).toMatch(/threw RangeError: too much for this server\s+at FragileCounter\.add \(.*counters\.ts/)
  })

  it('checks after every command what must always hold', async () => {
    const error = await failure(simulate(Counter, {
      seeds: [2], duration: 3_000, workload: counting,
      always: (machines) => {
        for (const { value } of machines.values()) if (value > 30) throw new Error('the counter is over 30')
      },
    }))
    expect(error.invariant).toBe('always')
    expect(error.message).toMatch(/after entry \d+ on member \d: Error: the counter is over 30/)
    expect(error.at).toBeLessThan(23_000)
  })
})

describe('simulate, of workloads with a fault', () => {
  it('fails when the workload throws, but not for what faults cause', async () => {
    const error = await failure(simulate(Counter, {
      seeds: [1], duration: 3_000,
      workload: async (client) => {
        if (await client.submit(new Add(1)) > 10) throw new TypeError('the workload is wrong')
      },
    }))
    expect(error.invariant).toBe('workload')
    expect(error.message).toMatch(/TypeError: the workload is wrong/)
    const result = await simulate(Counter, {
      seeds: [1, 2, 3], servers: 3, faults: ['killAll', 'partition'], duration: 5_000,
      workload: async (client) => {
        await client.submit(new Add(1), { timeout: 5 })
      },
    })
    expect(result.unknown + result.failed).toBeGreaterThan(0)
  })

  it('fails on operations that the state machine does not know', async () => {
    class Unknown extends Add {
      static override readonly operation: 'add' = 'unknown' as never
    }
    const error = await failure(simulate(Counter, { seeds: [1], duration: 2_000, workload: async (client) => void await client.submit(new Unknown(1)) }))
    expect(error.invariant).toBe('workload')
    expect(error.message).toMatch(/COPYCAT_UNKNOWN_OPERATION/)
  })

  it('fails when no operation was ever acknowledged', async () => {
    const error = await failure(simulate(Counter, { seeds: 2, duration: 2_000, faults: [], workload: () => Promise.resolve() }))
    expect(error.invariant).toBe('weak')
  })

  it('says when a second run of the seed goes another way', async () => {
    let calls = 0
    const error = await failure(simulate(Counter, {
      seeds: [1], duration: 2_000, faults: [], workload: async (client) => {
        calls += 1
        await client.sleep(calls % 7)
        await client.submit(new Add(1))
      },
      check: () => { throw new Error('always') },
    }))
    expect(error.message).toMatch(/A second run of the seed went another way/)
  })
})

describe('SimulationError', () => {
  it('tells seed, invariant, time, servers, the last messages and how to repeat it', async () => {
    const machine: new () => StateMachine = RandomCounter
    const error = await failure(simulate(machine, { seeds: { from: 11, count: 1 }, servers: 3, duration: 3_000, workload: counting }))
    expect(error).toMatchObject({ name: 'SimulationError', code: 'COPYCAT_SIMULATION', seed: 11, invariant: 'determinism' })
    expect(error.at).toBeGreaterThan(0)
    expect(error.states).toHaveLength(3)
    expect(error.lines.some((line) => /server-\d -> server-\d {2}message/.test(line))).toBe(true)
    expect(error.message).toContain('simulate(RandomCounter, { seeds: [11] })')
    for (const state of error.states) expect(error.message).toContain(state)
  })
})

describe('options of simulate', () => {
  const good: SimulateOptions<Counter> = { workload: counting }
  it.each([
    ['seeds', { seeds: 0 }], ['seeds', { seeds: [] }], ['seeds', { seeds: [1.5] }], ['seeds', { seeds: 'all' }], ['seeds.count', { seeds: { from: 1, count: 0 } }],
    ['profile', { profile: 'fast' }], ['servers', { servers: 10 }], ['clients', { clients: 0 }], ['concurrency', { concurrency: 0 }], ['faults', { faults: ['fire'] }],
    ['faults', { faults: 'kill' }], ['faults', { faults: ['garbage'] }], ['faults', { faults: ['loss'], profile: 'stream' }], ['duration', { duration: Infinity }], ['pause', { pause: 0 }],
    ['workload', { workload: undefined }], ['check', { check: 1 }], ['always', { always: 1 }], ['state', { state: 1 }], ['setup', { setup: 1 }],
  ])('refuses a wrong %s: %o', async (option, wrong) => {
    await expect(simulate(Counter, { ...good, ...wrong } as never)).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option })
  })

  it('refuses what makes no new state machine each time', async () => {
    const only = new Counter()
    await expect(simulate(() => only, good)).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'machine' })
    await expect(simulate({} as never, good)).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'machine' })
    await expect(simulate((() => 1) as never, good)).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'machine' })
  })

  it('refuses a second simulation while one is running, and allows it afterwards', async () => {
    const first = simulate(Counter, { seeds: 1, duration: 1_000, workload: counting })
    await expect(simulate(Counter, good)).rejects.toMatchObject({ code: 'COPYCAT_SIMULATION_RUNNING' })
    await first
    await simulate(Counter, { seeds: 1, duration: 1_000, workload: counting })
  })
})
