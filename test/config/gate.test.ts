import { expect, test } from 'vitest'
import { DEFAULT_OPTIONS } from '../../src/config/defaults.ts'
import { failsByLeftovers, hasGate } from '../../src/config/gate.ts'
import type { RuleName } from '../../src/model/finding.ts'
import type { BudgetLimits } from '../../src/model/options.ts'

test('nobody relies on what fails by default', () => {
  expect(hasGate(DEFAULT_OPTIONS)).toBe(false)
  expect(failsByLeftovers(DEFAULT_OPTIONS.rules, DEFAULT_OPTIONS.budgets)).toBe(false)
})

test.each<[RuleName, boolean]>([
  ['leaked-resource', true],
  ['floating-promise', true],
  ['never-settles', true],
  ['unhandled-rejection', false],
  ['blocking-call', false]
])('%s as an error relies on leftovers: %s', (rule, expected) => {
  expect(failsByLeftovers({ ...DEFAULT_OPTIONS.rules, [rule]: 'error' }, [])).toBe(expected)
})

test.each<[BudgetLimits | undefined, boolean]>([
  [{ leaks: 0 }, true],
  [{ maxLag: 20 }, false],
  [undefined, false]
])('the budget %o: %s', (budget, expected) => {
  expect(failsByLeftovers({}, [budget])).toBe(expected)
})
