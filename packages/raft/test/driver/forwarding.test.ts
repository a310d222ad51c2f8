import { MessageType } from '@copycat/protocol'
import { describe, expect, it } from 'vitest'
import { Forwarding } from '../../src/driver/forwarding.ts'
import { forwardedOffset } from '../../src/wire/server-message-type.ts'

/** Members answer when they are told to. */
function scripted() {
  const answers: ((bytes: Uint8Array) => void)[] = []
  const forwarding = new Forwarding(() => new Promise((resolve) => answers.push(resolve)))
  return { forwarding, answers }
}

describe('Forwarding', () => {
  it('gives up what a silent leader owes as soon as another one leads, and keeps what went to that one', async () => {
    const { forwarding, answers } = scripted()
    const toOld = forwarding.forward(1, 7, new Uint8Array(9))
    const toNew = forwarding.forward(2, 7, new Uint8Array(9))
    forwarding.leaderIs(2)
    await expect(toOld).rejects.toMatchObject({ code: 'COPYCAT_NOT_LEADER', outcome: 'unknown', leader: 2 })
    for (const answer of answers) answer(new Uint8Array([5]))
    expect(await toNew).toEqual(new Uint8Array([5]))
  })

  it('refuses what is too much until it is answered, and lets through what keeps sessions alive', async () => {
    const { forwarding, answers } = scripted()
    const large = new Uint8Array(40 * 1024 * 1024)
    const commands = MessageType.commands + forwardedOffset
    const first = forwarding.forward(1, commands, large)
    await expect(forwarding.forward(1, commands, large)).rejects.toMatchObject({ code: 'COPYCAT_OVERLOADED', outcome: 'not-applied' })
    const control = forwarding.forward(1, MessageType.keepAlive + forwardedOffset, new Uint8Array(512))
    // The bytes are on their way until the member answers, whoever leads.
    forwarding.leaderIs(2)
    await Promise.allSettled([first, control])
    await expect(forwarding.forward(2, commands, large)).rejects.toMatchObject({ code: 'COPYCAT_OVERLOADED' })
    for (const answer of answers) answer(new Uint8Array(0))
    await Promise.resolve()
    const next = forwarding.forward(2, commands, large)
    answers.at(-1)!(new Uint8Array([1]))
    expect(await next).toEqual(new Uint8Array([1]))
  })
})
