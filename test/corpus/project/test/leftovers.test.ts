import { describe, expect, test } from 'vitest'
import { CLEAN } from '../src/settings.ts'

describe.concurrent('timers that outlive their test', () => {
  // EXPECT 42 leaves-first: leaked-resource in "timers that outlive their test > the first one's" needs leaks
  test("the first one's", async ({ expect }) => {
    const timer = setInterval(() => {}, 60_000) // BLAME leaves-first
    await Promise.resolve()
    expect(timer.hasRef()).toBe(true)
  })

  // EXPECT 42 leaves-second: leaked-resource in "timers that outlive their test > the second one's" needs leaks
  test("the second one's", async ({ expect }) => {
    await Promise.resolve()
    const timer = setTimeout(() => {}, 60_000) // BLAME leaves-second
    expect(timer.hasRef()).toBe(true)
  })
})

test('clean: timers that were cleared', CLEAN, () => {
  const timer = setInterval(() => {}, 60_000)
  clearInterval(timer)
  expect(timer.hasRef()).toBe(true)
})
