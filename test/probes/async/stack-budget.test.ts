import { describe, expect, test } from 'vitest'
import { now } from '../../../src/node/clock.ts'
import { affords, createStackBudget, spend, type StackBudget, type StackLimits } from '../../../src/probes/async/stack-budget.ts'

/** Nothing is earned by time: it goes by as it likes here. */
const OF_FILE: StackLimits = { initialMs: 1, share: 0 }
const OF_TEST: StackLimits = { initialMs: 0.5, share: 0, least: 5 }
/** As many as may be taken; each is said to have taken long, and counts as the dearest. */
function takeAll(budget: StackBudget): void {
  while (affords(budget)) spend(budget, now() - 1000)
}

describe('what stacks may cost', () => {
  test('a test spends what it has at first', () => {
    const budget = createStackBudget(OF_TEST)
    takeAll(budget)
    expect(budget.spentMs).toBeGreaterThanOrEqual(0.5)
    expect(budget.spentMs).toBeLessThan(0.55)
  })

  test('many tests spend what their file has, and then the least each', () => {
    const file = createStackBudget(OF_FILE)
    const tests = Array.from({ length: 20 }, () => createStackBudget(OF_TEST, file))
    for (const each of tests) takeAll(each)
    expect(tests[0]!.spentMs).toBeGreaterThanOrEqual(0.5)
    expect(tests.slice(3).map(({ taken }) => taken)).toEqual(Array.from({ length: 17 }, () => 5))
    expect(file.spentMs).toBeCloseTo(tests.reduce((sum, { spentMs }) => sum + spentMs, 0))
  })

  test('a file saves for the tests to come, a test for no burst', async () => {
    const file = createStackBudget({ initialMs: 0, share: 1 })
    const longTest = createStackBudget({ initialMs: 0, share: 1 }, createStackBudget({ initialMs: 1e6, share: 0 }))
    const since = now()
    while (now() - since < 20) await Promise.resolve()
    // A refused one looks at the time, now and then.
    const spendAll = (budget: StackBudget): void => {
      for (let asked = 0; asked < 2000; asked++) if (affords(budget)) spend(budget, now() - 1000)
    }
    const fileSince = now()
    spendAll(file)
    expect(file.spentMs).toBeGreaterThan(20)
    spendAll(longTest)
    const tookMs = now() - fileSince
    // What it has got since it was begun counts as spent, but for one burst.
    expect(longTest.taken * 0.1).toBeLessThan(tookMs + 0.3)
  })
})
