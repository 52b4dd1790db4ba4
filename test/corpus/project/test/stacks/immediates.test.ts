import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { CLEAN } from '../../src/settings.ts'

// A file of its own: what is left here keeps the loop spinning until the worker ends, or for some seconds.

test('clean: an immediate that sets itself again until it is cleared', CLEAN, async () => {
  let turns = 0
  let immediate: NodeJS.Immediate
  const again = (): void => {
    turns += 1
    immediate = setImmediate(again)
  }
  again()
  await sleep(10)
  clearImmediate(immediate!)
  expect(turns).toBeGreaterThan(2)
})

test('clean: an immediate that sets itself again some times', CLEAN, async () => {
  let turns = 0
  const again = (): void => {
    turns += 1
    if (turns < 20) setImmediate(again)
  }
  again()
  await sleep(1)
  expect(turns).toBeGreaterThan(0)
})

// EXPECT 75 immediate: leaked-resource in "an immediate that sets itself again" says "setImmediate"
test('an immediate that sets itself again', async () => {
  const until = performance.now() + 3000
  let turns = 0
  const again = (): void => {
    turns += 1
    if (performance.now() < until) setImmediate(again) // BLAME immediate
  }
  again()
  await sleep(10)
  expect(turns).toBeGreaterThan(2)
})
