import { pbkdf2Sync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { amounts } from '../src/amounts.ts'
import { CLEAN } from '../src/settings.ts'
import { start, stop } from '../src/truth.ts'

describe('fake timers', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('clean: advanced by a long time', CLEAN, () => {
    const tick = vi.fn()
    setInterval(tick, 1000)
    vi.advanceTimersByTime(1e6)
    expect(tick).toHaveBeenCalledTimes(1000)
  })

  test('clean: advanced by a long time across awaits', CLEAN, async () => {
    const tick = vi.fn()
    setInterval(tick, 10_000)
    await vi.advanceTimersByTimeAsync(1e6)
    expect(tick).toHaveBeenCalledTimes(100)
  })

  // EXPECT 38 fake-body: blocking-call sync-crypto in "fake timers > a stall in the body"
  test('a stall in the body', () => {
    vi.advanceTimersByTime(1e6)
    const from = start()
    const key = pbkdf2Sync('password', 'salt', amounts.pbkdf2Iterations, 64, 'sha512') // BLAME fake-body
    stop('fake-body', from)
    vi.advanceTimersByTime(1e6)
    expect(key).toHaveLength(64)
  })

  // EXPECT 38 fake-timer: blocking-call sync-crypto in "fake timers > a stall in a faked timer"
  test('a stall in a faked timer', async () => {
    const done = vi.fn()
    setTimeout(() => {
      const from = start()
      pbkdf2Sync('password', 'salt', amounts.pbkdf2Iterations, 64, 'sha512') // BLAME fake-timer
      stop('fake-timer', from)
      done()
    }, 1e6)
    await vi.advanceTimersByTimeAsync(1e6)
    expect(done).toHaveBeenCalledOnce()
  })
})
