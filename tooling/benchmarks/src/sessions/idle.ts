import { parseArgs } from 'node:util'
import { whole } from '../table.ts'
import { measureIdle } from './idle-load.ts'

const usage = `pnpm --filter @copycat-tooling/benchmarks sessions [options]
  --sessions N     sessions (default 10000)
  --seconds N      how long they are idle (default 60)
  --connections N  connections to each server, at most (default 30)`

try {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== '--'),
    options: { sessions: { type: 'string', default: '10000' }, seconds: { type: 'string', default: '60' }, connections: { type: 'string', default: '30' } },
  })
  const [sessions, connections] = [Number(values.sessions), Number(values.connections)]
  const { opening, members, clientCpu, clientBytesPerSession, connected } = await measureIdle({ sessions, seconds: Number(values.seconds), connections })
  console.log(`${whole(sessions)} sessions over at most ${connections * members.length} connections opened in ${(opening / 1_000).toFixed(1)} s`)
  for (const [at, { state, entriesBefore, entriesAfter, bytesBefore, bytesAfter, cpu, bytesPerSession }] of members.entries()) {
    console.log(`member ${at + 1}, ${state}: log ${entriesBefore} -> ${entriesAfter} entries, ${bytesBefore} -> ${bytesAfter} bytes; CPU ${(cpu * 100).toFixed(1)} %; `
      + `memory ${(bytesPerSession / 1_024).toFixed(2)} KiB a session`)
  }
  console.log(`clients: CPU ${(clientCpu * 100).toFixed(1)} %, memory ${(clientBytesPerSession / 1_024).toFixed(2)} KiB a session; ${whole(connected)} of ${whole(sessions)} sessions are connected`)
  process.exitCode = connected === sessions && members.every(({ entriesBefore, entriesAfter }) => entriesBefore === entriesAfter) ? 0 : 1
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`)
  process.exitCode = 2
}
