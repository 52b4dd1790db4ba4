import { setInterval as ticks, setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { record } from '../../src/audit.ts'
import { CLEAN } from '../../src/settings.ts'
import { poll, retryLater, withTimeout, withTimeoutMended } from '../../src/timers.ts'

const nothing = (): void => {}

describe('timers in the body', () => {
  // EXPECT 43 timer-interval: leaked-resource in "timers in the body > an interval" says "setInterval"
  test('an interval', () => {
    const timer = setInterval(nothing, 1000) // BLAME timer-interval
    expect(timer.hasRef()).toBe(true)
  })

  test('clean: a cleared interval', CLEAN, () => {
    const timer = setInterval(nothing, 1000)
    clearInterval(timer)
    expect(timer.hasRef()).toBe(true)
  })

  // EXPECT 44 timer-timeout: leaked-resource in "timers in the body > a timeout after an await" says "setTimeout"
  test('a timeout after an await', async () => {
    await Promise.resolve()
    const timer = setTimeout(nothing, 60_000) // BLAME timer-timeout
    expect(timer.hasRef()).toBe(true)
  })

  test("clean: an unref'd timeout", CLEAN, async () => {
    await Promise.resolve()
    const timer = setTimeout(nothing, 60_000).unref()
    expect(timer.hasRef()).toBe(false)
  })

  test('clean: AbortSignal.timeout', CLEAN, () => {
    expect(AbortSignal.timeout(60_000).aborted).toBe(false)
  })

  test('clean: a timeout that fires after its test, and before the file ends', CLEAN, () => {
    expect(setTimeout(nothing, 10).hasRef()).toBe(true)
  })

  // EXPECT 44 poller: leaked-resource in "timers in the body > a poller" says "setTimeout"
  test('a poller', async () => {
    let looks = 0
    poll(() => (looks += 1), 5)
    await expect.poll(() => looks).toBeGreaterThan(2)
  })

  test('clean: a stopped poller', CLEAN, async () => {
    let looks = 0
    const stop = poll(() => (looks += 1), 5)
    await expect.poll(() => looks).toBeGreaterThan(2)
    stop()
  })

  // EXPECT 44 retried: leaked-resource in "timers in the body > of each attempt"
  let attempts = 0
  test('of each attempt', { retry: 1 }, () => {
    setTimeout(nothing, 60_000) // BLAME retried
    attempts += 1
    expect(attempts).toBe(2)
  })

  let mendedAttempts = 0
  test('clean: of each attempt', { ...CLEAN, retry: 1 }, ({ onTestFinished }) => {
    const timer = setTimeout(nothing, 60_000)
    onTestFinished(() => clearTimeout(timer))
    mendedAttempts += 1
    expect(mendedAttempts).toBe(2)
  })
})

// Who only waits for a timer is not one more finding.
describe('promises that wait for a timer', () => {
  // EXPECT 44 sleep: leaked-resource in "promises that wait for a timer > a dropped sleep" says "setTimeout"
  test('a dropped sleep', () => {
    void sleep(60_000) // BLAME sleep
  })

  test('clean: an aborted sleep', CLEAN, async () => {
    const abort = new AbortController()
    const slept = sleep(60_000, 'slept', { signal: abort.signal }).catch(() => 'aborted')
    abort.abort()
    expect(await slept).toBe('aborted')
  })

  // EXPECT 44 retry-later: leaked-resource in "promises that wait for a timer > a dropped call that sleeps"
  test('a dropped call that sleeps', () => {
    void retryLater(nothing)
  })

  test('clean: an aborted call that sleeps', CLEAN, async () => {
    const abort = new AbortController()
    const retried = retryLater(nothing, abort.signal)
    abort.abort()
    await expect(retried).rejects.toThrow('aborted')
  })

  // EXPECT 44 ticks-iterator: leaked-resource in "promises that wait for a timer > a loop over ticks"
  test('a loop over ticks', () => {
    const beat = async (): Promise<void> => {
      for await (const _ of ticks(60_000)) nothing() // BLAME ticks-iterator
    }
    void beat()
  })

  test('clean: a loop over ticks that ends', CLEAN, async () => {
    let count = 0
    for await (const _ of ticks(2)) if (++count === 3) break
    expect(count).toBe(3)
  })

  // EXPECT 50 race-timeout: leaked-resource in "promises that wait for a timer > a race against time" says "setTimeout"
  test('a race against time', async () => {
    expect(await withTimeout(Promise.resolve('in time'), 60_000)).toBe('in time')
  })

  // What is left of it can never settle, but it has been waited for.
  test('clean: a race against time', CLEAN, async () => {
    expect(await withTimeoutMended(Promise.resolve('in time'), 60_000)).toBe('in time')
  })

  test('clean: the slower one of a race', CLEAN, async () => {
    const [first] = await Promise.all([Promise.race([record('slow'), Promise.resolve('fast')]), Promise.any([record('slow'), 'fast'])])
    expect(first).toBe('fast')
  })
})
