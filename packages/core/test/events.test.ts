import { OverloadedError, Command, Query } from '@copycat/protocol'
import { Serializer } from '@copycat/serializer'
import { type ClientSession, type Executor, StateMachine } from '@copycat/state-machine'
import { StateMachineTester } from '@copycat/state-machine/testing'
import type { Listener } from '@copycat/utils'
import { describe, expect, it } from 'vitest'
import { EventType, type ListenerOptions, Resource, ResourceClient, ResourceManager, Subscribers } from '../src/index.ts'
import { Subscribe, Unsubscribe } from '../src/subscription-operations.ts'
import { StateMachineClient, StateMachineCluster } from '../src/testing/index.ts'

const said = new EventType<string>('said')
const shouted = new EventType<string>('shouted')

class Say extends Command<number> {
  static readonly operation = 'say'
  readonly topic: string
  readonly words: string

  constructor(topic: string, words: string) {
    super()
    this.topic = topic
    this.words = words
  }
}

class Listening extends Query<boolean> {
  static readonly operation = 'listening'
}

class TalkStateMachine extends StateMachine {
  readonly subscribers = new Subscribers()
  private count = 0

  configure(executor: Executor): void {
    this.subscribers.configure(executor)
    executor.register(Say, ({ operation: { topic, words } }) => {
      this.subscribers.publish(said.of(words), topic)
      this.subscribers.publish(shouted.of(`${words}!`), topic)
      return ++this.count
    })
    executor.register(Listening, () => this.subscribers.has())
  }

  override onClose(session: ClientSession): void {
    this.subscribers.end(session)
  }

  override onDelete(): void {
    this.subscribers.delete()
  }

  snapshot(): Iterable<Uint8Array> {
    return this.subscribers.snapshot()
  }

  install(chunks: Iterable<Uint8Array>): void {
    this.subscribers.install(chunks)
  }
}

class Talk extends Resource {
  static readonly type = 'talk'
  static readonly version = 1

  static stateMachine(): StateMachine {
    return new TalkStateMachine()
  }

  say(topic: string, words: string): Promise<number> {
    return this.submit(new Say(topic, words))
  }

  isHeard(): Promise<boolean> {
    return this.submit(new Listening())
  }

  onSaid(topic: string, callback: (words: string) => void, options?: ListenerOptions): Promise<Listener> {
    return this.subscribe(said, topic, callback, options)
  }
}

function cluster() {
  const machines = new StateMachineCluster(new ResourceManager([Talk]))
  const member = () => {
    const client = new StateMachineClient(machines)
    return { client, copycat: new ResourceClient(client, new Serializer()) }
  }
  return { machines, member }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('events of a resource', () => {
  it('reach who subscribed, from then on and until the listener is closed, before the result of what follows', async () => {
    const { member } = cluster()
    const [speaker, hearer] = [await member().copycat.create('/talk', Talk), await member().copycat.create('/talk', Talk)]
    const heard: string[] = []
    await speaker.say('', 'before')
    const listener = await hearer.onSaid('', (words) => heard.push(words))
    await speaker.say('', 'one')
    await hearer.say('', 'two')
    expect(heard).toEqual(['one', 'two'])
    const saying = speaker.say('', 'three')
    listener.close()
    await saying
    await speaker.say('', 'four')
    await turn()
    expect(heard).toEqual(['one', 'two'])
    expect(await speaker.isHeard()).toBe(false)
  })

  it('go to a session once for all its listeners, and to each of those by kind and topic, of this creation only', async () => {
    const { machines, member } = cluster()
    const { copycat } = member()
    const [talk, same, other] = [await copycat.create('/talk', Talk), await copycat.create('/talk', Talk), await copycat.create('/other', Talk)]
    const heard: string[] = []
    for (const [name, instance] of [['a', talk], ['b', same], ['c', other]] as const) await instance.onSaid('news', (words) => heard.push(`${name} ${words}`))
    await talk.say('news', 'x')
    await talk.say('weather', 'y')
    expect(heard).toEqual(['a x', 'b x'])
    await copycat.delete('/talk')
    const again = await copycat.create('/talk', Talk)
    await again.onSaid('news', (words) => heard.push(`again ${words}`))
    await again.say('news', 'z')
    expect(heard).toEqual(['a x', 'b x', 'again z'])
    expect(machines.index).toBeGreaterThan(0)
  })

  it('go on in a new session, and the gap is told', async () => {
    const { member } = cluster()
    const [speaker, hearing] = [await member().copycat.create('/talk', Talk), member()]
    const heard: string[] = []
    const hearer = await hearing.copycat.create('/talk', Talk)
    await hearer.onSaid('', (words) => heard.push(words), { onGap: () => heard.push('gap') })
    hearing.client.end('expired')
    expect(await speaker.isHeard()).toBe(false)
    await speaker.say('', 'missed')
    hearing.client.recover()
    await turn()
    expect(await speaker.isHeard()).toBe(true)
    await speaker.say('', 'back')
    await turn()
    expect(heard).toEqual(['gap', 'back'])
  })

  it('that come behind a gap are told behind it, also where the session lives; a listener that throws there is one like others', async () => {
    const { member } = cluster()
    const [speaker, hearing] = [await member().copycat.create('/talk', Talk), member()]
    const heard: string[] = []
    const hearer = await hearing.copycat.create('/talk', Talk)
    const listener = await hearer.onSaid('', (words) => heard.push(words), {
      onGap: () => {
        heard.push('gap')
        throw new Error('a listener that throws, on purpose')
      },
    })
    hearing.client.miss(true)
    await speaker.say('', 'missed')
    hearing.client.miss(false)
    await speaker.say('', 'behind')
    await speaker.say('', 'more')
    await turn()
    expect(heard).toEqual(['gap', 'behind', 'more'])
    listener.close()
    await turn()
    expect(await speaker.isHeard()).toBe(false)
  })

  it('go on in a new session also where the cluster has too much to do for it at first', async () => {
    const { member } = cluster()
    const [speaker, hearing] = [await member().copycat.create('/talk', Talk), member()]
    const heard: string[] = []
    const hearer = await hearing.copycat.create('/talk', Talk)
    await hearer.onSaid('', (words) => heard.push(words))
    hearing.client.end('expired')
    hearing.client.failNext(new OverloadedError('on purpose'))
    hearing.client.recover()
    await turn()
    await speaker.say('', 'back')
    await turn()
    expect(heard).toEqual(['back'])
  })

  it('are not subscribed again by a listener that is closed while the cluster has too much to do for it', async () => {
    const { member } = cluster()
    const [speaker, hearing] = [await member().copycat.create('/talk', Talk), member()]
    const hearer = await hearing.copycat.create('/talk', Talk)
    const listener = await hearer.onSaid('', () => undefined)
    hearing.client.end('expired')
    hearing.client.failNext(new OverloadedError('on purpose'))
    hearing.client.recover()
    listener.close()
    await turn()
    expect(await speaker.isHeard()).toBe(false)
  })

  it('go on for one resource client when another on the same session stops listening', async () => {
    const { member } = cluster()
    const { client, copycat } = member()
    const [here, there] = [await copycat.create('/talk', Talk), await new ResourceClient(client, new Serializer()).create('/talk', Talk)]
    const heard: string[] = []
    await here.onSaid('', (words) => heard.push(words))
    const listener = await there.onSaid('', () => undefined)
    listener.close()
    await here.say('', 'one')
    expect(heard).toEqual(['one'])
  })

  it('end with the resource: its listeners are closed, and told so, once', async () => {
    const { machines, member } = cluster()
    const { client, copycat } = member()
    const talk = await copycat.create('/talk', Talk)
    const heard: string[] = []
    const gone: string[] = []
    await talk.onSaid('', (words) => heard.push(words), { onDelete: () => gone.push('first') })
    await talk.onSaid('news', () => undefined, { onDelete: () => gone.push('second') })
    const closed = await talk.onSaid('', () => undefined, { onDelete: () => gone.push('closed') })
    closed.close()
    await talk.say('', 'last')
    await member().copycat.delete('/talk')
    const again = await copycat.create('/talk', Talk)
    await again.say('', 'of another')
    expect(heard).toEqual(['last'])
    expect(gone).toEqual(['first', 'second'])
    const { index } = machines
    client.end('expired')
    client.recover()
    await turn()
    // Nothing was subscribed again: a registration and an expiry are all that came.
    expect(machines.index - index).toBe(2)
    expect(gone).toHaveLength(2)
  })

  it('are told to have ended also where the resource was deleted while there was no session', async () => {
    const { member } = cluster()
    const { client, copycat } = member()
    const talk = await copycat.create('/talk', Talk)
    let gone = 0
    await talk.onSaid('', () => undefined, { onDelete: () => gone++ })
    client.end('expired')
    await member().copycat.delete('/talk')
    client.recover()
    await turn()
    expect(gone).toBe(1)
  })

  it('are not asked for when the subscription could not be made', async () => {
    const { member } = cluster()
    const { client, copycat } = member()
    const talk = await copycat.create('/talk', Talk)
    client.end('expired')
    await expect(talk.onSaid('', () => undefined)).rejects.toMatchObject({ code: 'COPYCAT_SESSION_EXPIRED' })
    client.recover()
    await turn()
    expect(await talk.isHeard()).toBe(false)
  })
})

describe('Subscribers', () => {
  it('publish in the order of sessions, also from a snapshot, and in equal snapshots for equal states', () => {
    const ordered = new StateMachineTester(new TalkStateMachine())
    const reversed = new StateMachineTester(new TalkStateMachine())
    const sessions = [ordered, reversed].map((tester) => [tester.register(), tester.register(), tester.register()] as const)
    const [[a, b], [c, d]] = [sessions[0]!, sessions[1]!]
    a.submit(new Subscribe(1, ''))
    b.submit(new Subscribe(1, 'news'))
    b.submit(new Subscribe(2, 'news'))
    d.submit(new Subscribe(2, 'news'))
    d.submit(new Subscribe(1, 'weather'))
    d.submit(new Subscribe(1, 'news'))
    c.submit(new Subscribe(1, ''))
    expect([...ordered.machine.snapshot()]).toEqual([...reversed.machine.snapshot()])
    const restored = new StateMachineTester(new TalkStateMachine(), { snapshot: reversed.snapshot() })
    restored.session(d.id).submit(new Unsubscribe(1))
    restored.session(d.id).submit(new Say('news', 'x'))
    expect(restored.session(d.id).events).toEqual([['said', 'x'], ['shouted', 'x!']])
    restored.session(d.id).submit(new Unsubscribe(2))
    restored.session(d.id).submit(new Unsubscribe(9))
    restored.session(c.id).submit(new Say('news', 'y'))
    expect(restored.session(d.id).events).toHaveLength(2)
    expect(restored.session(c.id).events).toHaveLength(4)
    restored.expire(restored.session(c.id))
    expect(restored.machine.subscribers.has()).toBe(false)
  })
})
