import { afterAll, beforeAll, expect, test } from 'vitest'
import { measure, type Measured } from './runner/measure.ts'
import { createSandbox } from './runner/sandbox.ts'

const BACKENDS = ['auto', 'async-hooks'] as const

const sandbox = createSandbox()
const all: Measured[] = []

// One after the other: beside each other they hold up each other's turns, and a clean test's lag is over its budget.
beforeAll(async () => {
  for (const backend of BACKENDS) all.push(await measure(sandbox, { node: 24, vitest: 5, pool: 'forks', backend }))
}, 900_000)
afterAll(sandbox.remove)

test.each(BACKENDS)('the corpus, with backend %s, reaches the bars', (backend) => {
  const { missedBars, faults } = all.find(({ combination }) => combination.backend === backend)!
  expect(missedBars, faults.join('\n')).toEqual([])
})
