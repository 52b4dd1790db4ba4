import { expect, test } from 'vitest'
import { Scope } from '../../src/session/scope.ts'
import { createTurns } from '../../src/session/turns.ts'

const scopeOf = (): Scope => new Scope({ kind: 'test', name: 'a test', thresholds: { blockingThreshold: 100, lagThreshold: 10 }, startMs: 0, lag: true })

/** Stretches of one turn, each with its time on the CPU and what others took of it. */
function starvedBy(stretches: [ms: number, stolenMs: number][]): number[] {
  const starved: number[] = []
  const turns = createTurns((_scope, busyMs) => void starved.push(busyMs))
  const scope = scopeOf()
  for (const [ms, stolenMs] of stretches) {
    turns.add(scope, ms + stolenMs, stolenMs)
    turns.stretch(scope, ms)
  }
  turns.end(1000, [scope])
  return starved
}

test.each<[string, [number, number][], number[]]>([
  ['many short stretches', Array.from({ length: 80 }, () => [2, 0]), [160]],
  ['many short ones, one of which others held up', [...Array.from({ length: 79 }, (): [number, number] => [2, 0]), [2, 150]], [310]],
  ['too few of them, though others held one up', [[40, 0], [40, 150]], []],
  ['one long stretch', [[150, 0], [2, 0]], []]
])('%s', (_name, stretches, busy) => {
  expect(starvedBy(stretches)).toEqual(busy)
})
