import { lstat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'

// The last test of a file, and the only one: what it leaves begins just after its end.
// EXPECT 75 after-last-interval: leaked-resource in "starts to poll" says "setInterval"
test('starts to poll', () => {
  let polls = 0
  const poll = (): void => {
    setInterval(() => (polls += 1), 1000) // BLAME after-last-interval
  }
  lstat(tmpdir()).then(poll, () => {})
  expect(polls).toBe(0)
})
