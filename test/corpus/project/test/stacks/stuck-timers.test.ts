import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CLEAN } from '../../src/settings.ts'

const TIMES_OUT = { timeout: 300 }

const sleep = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms))

async function retry(): Promise<string> {
  await sleep(1000) // BLAME stuck-fake-retry
  return 'done'
}

describe('faked timers', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  // EXPECT 79 stuck-fake: stuck-test in "faked timers > that nobody advances" waits "fake" fails
  test('that nobody advances', TIMES_OUT, async () => {
    await sleep(50) // BLAME stuck-fake
  })

  // EXPECT 79 stuck-fake-retry: stuck-test in "faked timers > that nobody advances, in a function" waits "fake" fails
  test('that nobody advances, in a function', TIMES_OUT, async () => {
    expect(await retry()).toBe('done')
  })

  test('clean: that somebody advances', CLEAN, async () => {
    const retried = retry()
    await vi.advanceTimersByTimeAsync(1000)
    expect(await retried).toBe('done')
  })
})

// What is not faked does not wait for them.
describe('faked dates', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
  afterEach(() => void vi.useRealTimers())

  test('clean: and true timers', CLEAN, async () => {
    await readFile('package.json')
    await sleep(5)
    expect(new Date().getTime()).toBe(Date.now())
  })
})
