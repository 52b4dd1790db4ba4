import { expect, test } from 'vitest'
import { now } from '../../src/probes/clock.ts'
import type { Evidence } from '../../src/records/code.ts'
import { Scope } from '../../src/session/scope.ts'
import { starvedTurn, type StarvationTools } from '../../src/session/starvation.ts'
import { sampleEvidence } from './sample-evidence.ts'

const PROFILE = sampleEvidence()

/** Whether a turn is found; the threshold is 100 ms. */
function isFound(turn: Partial<Scope['turn']>, evidence?: Evidence): boolean {
  const scope = new Scope({ kind: 'test', name: 'a test', thresholds: { blockingThreshold: 100, lagThreshold: 10 }, startMs: now(), lag: true })
  Object.assign(scope.turn, { microtasks: 3, ...turn })
  const tools = { evidence: { of: () => evidence }, promises: { flush: () => {} }, resources: {}, depth: 10 } as unknown as StarvationTools
  return starvedTurn(scope, { startMs: now(), busyMs: scope.turn.ms }, tools) !== undefined
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
