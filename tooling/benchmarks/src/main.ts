import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { arch, cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { calibrate, type Calibration, speedOf } from './calibration/calibration.ts'
import { LoadClient } from './load/load-client.ts'
import { measureRows } from './measure-row.ts'
import type { Measurement } from './measurement.ts'
import { type BenchOptions, parseOptions, usage } from './options.ts'
import { profileRow } from './profile.ts'
import { measureEvents } from './sessions/event-load.ts'
import { measureIdle } from './sessions/idle-load.ts'
import { CopycatSystem } from './systems/copycat-system.ts'
import { EtcdSystem, findEtcd } from './systems/etcd-system.ts'
import type { System } from './systems/system.ts'
import { formatCalibration, formatTable, whole } from './table.ts'
import { missesOf } from './verdict.ts'

const machine = `Node.js ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'} (${arch()})`

async function measureSystem(system: System, options: BenchOptions): Promise<Measurement[]> {
  const client = new LoadClient()
  try {
    return await measureRows(system, client, options, ({ row, median }) => console.error(`${system.name} ${row.id}: ${whole(median)} ops/s`))
  } finally {
    await client.stop()
    await system.stop()
  }
}

async function measureAll(directory: string, options: BenchOptions): Promise<Measurement[]> {
  const measurements = await measureSystem(await CopycatSystem.start(directory), options)
  if (!options.etcd) return measurements
  const etcd = findEtcd(process.env['PATH'] ?? '')
  if (etcd === undefined) {
    console.log('etcd is not on the PATH: it is not measured')
    return measurements
  }
  return [...measurements, ...await measureSystem(await EtcdSystem.start(etcd, directory), options)]
}

/** Rows of another kind: they have no number of operations under way. */
async function measureSessions({ duration }: BenchOptions): Promise<readonly string[]> {
  const events = await measureEvents({ events: duration * 200, sessions: 100, calm: false })
  const idle = await measureIdle({ sessions: duration * 2, seconds: 10, connections: 30 })
  const leader = idle.members.find(({ state }) => state === 'leader')
  return [
    `copycat events: ${whole(events.perSecond)} a second to 100 sessions that change servers each second; ${events.lost} lost, ${events.doubled} doubled or out of order`,
    `copycat sessions: ${whole(duration * 2 / idle.opening * 1_000)} opened a second; ${whole(duration * 2)} that are idle take ${((leader?.cpu ?? NaN) * 100).toFixed(1)} % of a processor at the leader`,
  ]
}

/** @returns whether every floor was reached. */
async function bench(directory: string, options: BenchOptions): Promise<boolean> {
  console.log(machine)
  const calibrations: Calibration[] = [await calibrate(directory, options.duration)]
  console.log(formatCalibration('first', calibrations[0]!))
  const measurements = await measureAll(directory, options)
  const sessions = options.isWhole ? await measureSessions(options) : []
  calibrations.push(await calibrate(directory, options.duration))
  console.log(`\n${formatTable(measurements).join('\n')}\n`)
  for (const line of sessions) console.log(line)
  console.log(formatCalibration('last', calibrations[1]!))
  const speed = speedOf(calibrations)
  const misses = missesOf('copycat', measurements, speed)
  console.log(`floors are taken times ${speed.toFixed(2)}, as quick as this machine was against the nominal one`)
  for (const { row, median, floor } of misses) console.log(`MISSED ${row}: ${whole(median)} ops/s, floor ${whole(floor)}`)
  if (options.json !== undefined) {
    await writeFile(options.json, `${JSON.stringify({ machine, options, calibrations, speed, measurements, sessions, misses }, undefined, 2)}\n`)
  }
  return misses.length === 0
}

async function main(options: BenchOptions): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'copycat-bench-'))
  try {
    if (options.profile === undefined) process.exitCode = await bench(directory, options) ? 0 : 1
    else for (const file of await profileRow(options.profile, directory, options)) console.log(file)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

let options: BenchOptions | undefined
try {
  options = parseOptions(process.argv.slice(2))
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`)
  process.exitCode = 2
}
if (options !== undefined) await main(options)
