import { afterAll, beforeAll, expect, test } from 'vitest'
import { measure, type Measured } from './runner/measure.ts'
import { createSandbox } from './runner/sandbox.ts'

const BACKENDS = ['auto', 'async-hooks'] as const

const sandbox = createSandbox()
let all: Measured[] = []

// Both at once: most of a run waits.
beforeAll(async () => {
  all = await Promise.all(BACKENDS.map((backend) => measure(sandbox, { node: 24, vitest: 5, pool: 'forks', backend })))
}, 900_000)
afterAll(sandbox.remove)

test.each(BACKENDS)('the corpus, with backend %s, reaches the bars', (backend) => {
  const { missedBars, faults } = all.find(({ combination }) => combination.backend === backend)!
  expect(missedBars, faults.join('\n')).toEqual([])
})
