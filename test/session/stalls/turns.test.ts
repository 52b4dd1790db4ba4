import { describe, expect, test } from 'vitest'
import { Scope } from '../../../src/session/scope/scope.ts'
import { createTurns } from '../../../src/session/stalls/turns.ts'

const scopeOf = (): Scope =>
  new Scope({ kind: 'test', name: 'a test', thresholds: { blockingThreshold: 100, lagThreshold: 10 }, startMs: 0, lag: true })

interface Taken {
  microtasks?: number
  oursMs?: number
  mostMs?: number
}

/** Stretches of one turn, each with its time on the CPU and what others took of it. */
const starvedBy = (stretches: [ms: number, stolenMs: number][], taken?: Taken): number[] => run(stretches, taken).starved

function run(
  stretches: [ms: number, stolenMs: number][],
  { microtasks = 0, oursMs = 0, mostMs = 0 }: Taken = {}
): { starved: number[]; scope: Scope } {
  const starved: number[] = []
  const turns = createTurns(
    (_scope, busyMs) => void starved.push(busyMs),
    () => ({ knownMs: oursMs, mostMs: Math.max(oursMs, mostMs) })
  )
  const scope = scopeOf()
  for (const [ms, stolenMs] of stretches) {
    turns.add(scope, ms + stolenMs, stolenMs)
    turns.stretch(scope, ms)
  }
  scope.turn.microtasks = microtasks
  turns.end(1000, [scope])
  return { starved, scope }
}

test.each<[string, [number, number][], number[]]>([
  ['many short stretches', Array.from({ length: 80 }, () => [2, 0]), [160]],
  ['many short ones, one of which others held up', [...Array.from({ length: 79 }, (): [number, number] => [2, 0]), [2, 150]], [310]],
  ['hardly too long, where others held up as much', [...Array.from({ length: 54 }, (): [number, number] => [2, 0]), [2, 110]], []],
  [
    'too few of them, though others held one up',
    [
      [40, 0],
      [40, 150]
    ],
    []
  ],
  [
    'one long stretch',
    [
      [150, 0],
      [2, 0]
    ],
    []
  ]
])('%s', (_name, stretches, busy) => {
  expect(starvedBy(stretches)).toEqual(busy)
})

describe("what the profiler takes of a turn of many continuations is not the scope's", () => {
  const stretches = Array.from({ length: 80 }, (): [number, number] => [2, 0])

  test('it would not have been starved without', () => {
    expect(starvedBy(stretches, { microtasks: 24_000, oursMs: 70 })).toEqual([])
  })

  test('it may not have been: what may be ours in all is in doubt, and counted', () => {
    const { starved, scope } = run(stretches, { microtasks: 24_000, oursMs: 40, mostMs: 70 })
    expect(starved).toEqual([])
    expect(scope.doubtfulTurns).toBe(1)
    for (const taken of [{ oursMs: 70 }, { oursMs: 40, mostMs: 50 }])
      expect(run(stretches, { microtasks: 24_000, ...taken }).scope.doubtfulTurns).toBe(0)
  })

  test('it is starved all the same', () => {
    expect(starvedBy(stretches, { microtasks: 24_000, oursMs: 40, mostMs: 50 })).toEqual([160])
  })

  test('few continuations do not take much: nobody looks', () => {
    expect(starvedBy(stretches, { microtasks: 1000, oursMs: 70 })).toEqual([160])
  })

  test('nor is it lag, of the scope or of the loop', () => {
    const scope = scopeOf()
    const turns = createTurns(
      () => {},
      () => ({ knownMs: 70, mostMs: 0 })
    )
    turns.add(scope, 160, 0)
    scope.turn.microtasks = 24_000
    turns.end(1000, [scope])
    // The hooks' share at the least, 0.3 µs each, and what was seen.
    for (const lag of [scope.lag, scope.loopLag]) expect(lag!.stats(0).maxMs).toBeCloseTo(160 - 7.2 - 70, 5)
  })
})
