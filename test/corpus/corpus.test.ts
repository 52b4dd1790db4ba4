import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { measure, type Measured } from './runner/measure.ts'
import { createSandbox } from './runner/sandbox.ts'

describe.each(['auto', 'async-hooks'] as const)('the corpus, with backend %s', (backend) => {
  const sandbox = createSandbox()
  let measured: Measured

  beforeAll(async () => {
    measured = await measure(sandbox, { node: 24, vitest: 5, pool: 'forks', backend })
  }, 600_000)
  afterAll(sandbox.remove)

  test('reaches the bars', () => {
    expect(measured.missedBars, measured.faults.join('\n')).toEqual([])
  })
})
