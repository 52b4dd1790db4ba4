import { expect, test } from 'vitest'
import type { Evidence } from '../../../src/model/code.ts'
import { now } from '../../../src/node/clock.ts'
import { Scope } from '../../../src/session/scope/scope.ts'
import { starvedTurn, type StarvationTools } from '../../../src/session/stalls/starvation.ts'
import { sampleEvidence } from './sample-evidence.ts'

const PROFILE = sampleEvidence()

/** Whether a turn is found; the threshold is 100 ms. */
const isFound = (turn: Partial<Scope['turn']>, evidence?: Evidence): boolean => starved(turn, evidence) !== undefined

/** @param othersMs how long the loop was busy in the turn with what is not the scope's */
function starved(turn: Partial<Scope['turn']>, evidence?: Evidence, othersMs = 0): ReturnType<typeof starvedTurn> {
  const scope = new Scope({
    kind: 'test',
    name: 'a test',
    thresholds: { blockingThreshold: 100, lagThreshold: 10 },
    startMs: now(),
    lag: true
  })
  Object.assign(scope.turn, { microtasks: 3, ...turn })
  const tools = { evidence: { of: () => evidence }, promises: { flush: () => {} }, resources: {}, depth: 10 } as unknown as StarvationTools
  return starvedTurn(scope, { startMs: now(), busyMs: scope.turn.ms + othersMs }, tools)
}

test.each<[string, Partial<Scope['turn']>, Evidence | undefined, boolean]>([
  ['of many callbacks', { ms: 144, longestMs: 6 }, undefined, true],
  ['of two alike', { ms: 122, longestMs: 61 }, undefined, true],
  ['of many callbacks, stolen from', { ms: 144, longestMs: 6, stolenMs: 50 }, undefined, false],
  ['of one stretch, mostly', { ms: 106, longestMs: 64 }, PROFILE, false],
  ['of many callbacks and the runner', { ms: 106, longestMs: 6 }, { ...PROFILE, runnerMs: 20 }, false],
  ['of modules that load each other', { ms: 144, longestMs: 6 }, { ...PROFILE, kind: 'module-load' }, false]
])('a turn %s', (_name, turn, evidence, found) => {
  expect(isFound(turn, evidence)).toBe(found)
})

test("the runner's work before and after the scope's is no part of it", () => {
  const runner = { ...PROFILE, runnerMs: 20 }
  expect(starved({ ms: 150, longestMs: 6 }, runner)?.durationMs).toBe(130)
  expect(starved({ ms: 150, longestMs: 6 }, runner, 15)?.durationMs).toBe(145)
  expect(starved({ ms: 150, longestMs: 6 }, runner, 30)?.durationMs).toBe(150)
})
