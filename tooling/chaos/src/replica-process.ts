import { monitorEventLoopDelay } from 'node:perf_hooks'
import { RaftServer } from '@copycat/raft'
import { CopycatReplica } from '@copycat/replica'
import { DistributedMap } from '@copycat/resources-collections'
import { DistributedLeaderElection, DistributedLock, DistributedTopic } from '@copycat/resources-coordination'
import { Storage } from '@copycat/storage'
import { TcpTransport } from '@copycat/transport-tcp'
import type { Logger } from '@copycat/utils'
import { AppendMachine } from './append-machine.ts'
import { FeedMachine } from './feed-machine.ts'
import { recordedMap, type TimeRecord } from './recorded-map.ts'
import type { FromReplica, ReplicaConfiguration, ReplicaReport, ToReplica } from './replica-messages.ts'

/** The program of one replica process. Whoever starts it owns it: it ends when the channel to its parent closes. */
async function main(configuration: ReplicaConfiguration): Promise<void> {
  const { directory, stateMachine = 'resources', thread, ...options } = configuration
  const records: TimeRecord[] = []
  const loopDelay = monitorEventLoopDelay({ resolution: 10 })
  const resources = [recordedMap(records), DistributedLock, DistributedLeaderElection, DistributedTopic]
  const logger = { trace() {}, debug() {}, info() {}, warn: log, error: log }
  const here = { ...options, transport: new TcpTransport(), storage: new Storage({ directory }), logger }
  const replica = stateMachine === 'resources' ? await (thread === 'worker' ? openInWorker(configuration, logger) : CopycatReplica.open({ ...here, resources })) : undefined
  const raftServer = replica === undefined ? await RaftServer.open({ ...here, stateMachine: stateMachine === 'feed' ? new FeedMachine() : new AppendMachine() }) : undefined
  const server = (replica?.server ?? raftServer)!
  const states: string[] = []
  replica?.session.onStateChange((state) => states.push(state))
  process.on('message', (message: ToReplica) => {
    switch (message.type) {
      case 'report': {
        const session = replica === undefined ? {} : { session: { id: replica.session.id, states } }
        const loop = { loopDelayMax: loopDelay.max / 1e6, loopDelayP99: loopDelay.percentile(99) / 1e6 }
        loopDelay.reset()
        send({ type: 'report', request: message.request, report: { ...reportOf(server), ...session, ...loop } })
        break
      }
      case 'records':
        send({ type: 'records', request: message.request, records })
        break
      case 'watchLoop':
        loopDelay.enable()
        break
      case 'block':
        // Its own session was renewed just before: how long that lasts does not depend on chance.
        void renewed(replica).then(() => {
          for (const end = performance.now() + message.milliseconds; performance.now() < end;);
        })
        break
      case 'close':
        void (replica ?? raftServer)!.close().finally(() => process.exit(0))
    }
  })
  server.onStateChange((state) => {
    // A member that must not go on takes its process with it: whoever watches it starts it anew or mends it.
    if (state === 'failed') process.exit(3)
  })
  send({ type: 'ready' })
}

async function renewed(replica: CopycatReplica | undefined): Promise<void> {
  const map = await replica?.create('/own', DistributedMap<string, boolean>)
  await map?.put('key', true)
}

function openInWorker({ directory, stateMachine: _stateMachine, thread: _thread, ...options }: ReplicaConfiguration, logger: Logger): Promise<CopycatReplica> {
  return CopycatReplica.open({
    ...options, logger, thread: 'worker',
    transport: { module: import.meta.resolve('@copycat/transport-tcp'), export: 'TcpTransport' },
    storage: { module: import.meta.resolve('@copycat/storage'), export: 'Storage', options: { directory } },
    resources: [{ module: import.meta.resolve('@copycat/resources-collections'), export: 'DistributedMap' }],
    // What runs there is built: it needs no loader for TypeScript.
    worker: { execArgv: [] },
  })
}

function reportOf(server: Pick<RaftServer, 'status'>): Omit<ReplicaReport, 'loopDelayMax' | 'loopDelayP99'> {
  const { state, term, leader, lastIndex, commitIndex, lastApplied, mayVote, bytesOnDisk } = server.status
  const { user, system } = process.cpuUsage()
  return { state, term, leader, lastIndex, commitIndex, lastApplied, mayVote, bytesOnDisk, cpuMicros: user + system, rssBytes: process.memoryUsage.rss() }
}

function send(message: FromReplica): void {
  process.send?.(message)
}

function log(message: string, details?: unknown): void {
  console.error(`${message}${details instanceof Error ? `: ${details.message}` : ''}`)
}

process.on('disconnect', () => process.exit(0))
// Ctrl-C reaches the whole group: the parent decides.
process.on('SIGINT', () => {})

main(JSON.parse(process.argv[2] ?? '{}') as ReplicaConfiguration).catch((error: unknown) => {
  const { name, message, code } = error as Error & { code?: string }
  send({ type: 'failed', name, code, message })
  console.error(`${name}: ${message}`)
  process.exitCode = 1
  setImmediate(() => process.exit(1))
})
