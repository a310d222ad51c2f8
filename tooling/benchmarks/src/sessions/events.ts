import { parseArgs } from 'node:util'
import { whole } from '../table.ts'
import { measureEvents } from './event-load.ts'

const usage = `pnpm --filter @copycat-tooling/benchmarks events [options]
  --events N     events in all, over all sessions (default 1000000)
  --sessions N   sessions that each get every number (default 100)
  --calm         no server switches`

try {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== '--'),
    options: { events: { type: 'string', default: '1000000' }, sessions: { type: 'string', default: '100' }, calm: { type: 'boolean', default: false } },
  })
  const [events, sessions] = [Number(values.events), Number(values.sessions)]
  const { received, seconds, perSecond, switches, lost, doubled, gaps } = await measureEvents({ events, sessions, calm: values.calm })
  console.log(`${whole(received)} events to ${sessions} sessions in ${seconds.toFixed(1)} s: ${whole(perSecond)} a second, through ${switches} server switches`)
  console.log(`${lost} lost, ${doubled} doubled or out of order, ${gaps} gaps told`)
  process.exitCode = received >= events && lost + doubled + gaps === 0 ? 0 : 1
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`)
  process.exitCode = 2
}
