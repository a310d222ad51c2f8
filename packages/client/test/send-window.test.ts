import { describe, expect, it } from 'vitest'
import { SendWindow } from '../src/send-window.ts'

const open = (): { window: SendWindow, at: (time: number) => void, places: () => number } => {
  let now = 0
  const window = new SendWindow({ context: { monotonic: () => now }, inFlightMax: 1_024, inFlightBytesMax: 1_024 * 100, requestTimeout: 5_000 })
  /** How many commands of a byte may be under way. */
  const places = (): number => {
    let count = 0
    while (window.admits(1, 1)) {
      window.sent(1, 1)
      count += 1
    }
    window.ended(count, count)
    return count
  }
  return { window, places, at: (time) => void (now = time) }
}

describe('SendWindow', () => {
  it('opens by steps while it is full and answers come soon, to all that the limits allow', () => {
    const { window, places } = open()
    const sizes = Array.from({ length: 60 }, () => {
      const size = places()
      window.answered(0)
      return size
    })
    expect(sizes.slice(0, 3)).toEqual([256, 272, 288])
    expect(sizes.at(-1)).toBe(1_024)
  })

  it('stays as it is while less is sent than it would let through', () => {
    const { window, places } = open()
    for (let answer = 0; answer < 100; answer++) window.answered(0)
    expect(places()).toBe(256)
  })

  it('closes by half when an answer is late, once for all that was sent before', () => {
    const { window, at, places } = open()
    at(501)
    for (let answer = 0; answer < 100; answer++) window.answered(0)
    expect(places()).toBe(128)
    at(1_100)
    window.answered(502)
    expect(places()).toBe(64)
  })

  it('always lets something through, however large, and however far it has closed', () => {
    const { window } = open()
    for (let time = 0; time < 100; time++) window.close()
    expect(window.admits(10_000, 1e9)).toBe(true)
    window.sent(1, 1)
    expect([window.admits(3, 3), window.admits(4, 4)]).toEqual([true, false])
  })

  it('counts bytes too', () => {
    const { window } = open()
    window.sent(1, 25_000)
    expect([window.admits(1, 600), window.admits(1, 601)]).toEqual([true, false])
  })
})
