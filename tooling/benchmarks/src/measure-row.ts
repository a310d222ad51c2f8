import type { LoadClient } from './load/load-client.ts'
import { type MeasuredWindow, type Measurement, summarize } from './measurement.ts'
import type { BenchOptions } from './options.ts'
import type { Row } from './rows.ts'
import type { System } from './systems/system.ts'

/** Measures one row: a new session, a warm-up that is not counted, then the windows. */
export async function measureRow(system: System, row: Row, client: LoadClient, options: BenchOptions): Promise<Measurement> {
  const { operation, inFlight } = row
  const { keys, warmUp, duration } = options
  await client.open(await system.address(row.connection))
  try {
    await client.run({ operation, inFlight, keys, duration: warmUp })
    const windows: MeasuredWindow[] = []
    for (let window = 0; window < options.windows; window++) {
      const cpuBefore = await system.cpu()
      const result = await client.run({ operation, inFlight, keys, duration })
      windows.push({ ...result, serverCpu: await system.cpu() - cpuBefore })
    }
    return summarize(system.name, row, windows)
  } finally {
    await client.close()
  }
}

/** Measures the rows one after the other, on a map that has every key. */
export async function measureRows(system: System, client: LoadClient, options: BenchOptions, progress: (measurement: Measurement) => void): Promise<Measurement[]> {
  const measurements: Measurement[] = []
  await client.open(await system.address('leader'))
  await client.fill(options.keys)
  await client.close()
  for (const row of options.rows) {
    const measurement = await measureRow(system, row, client, options)
    progress(measurement)
    measurements.push(measurement)
  }
  return measurements
}
