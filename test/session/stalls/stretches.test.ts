import { expect, test } from 'vitest'
import type { ThreadTime } from '../../../src/probes/event-loop/thread-clock.ts'
import { type AnyStretch, createStretches, isUnseen } from '../../../src/session/stalls/stretches.ts'
import { sampleEvidence } from './sample-evidence.ts'

/** A thread that runs and waits as it is told. */
function threadWith() {
  const time = { runMs: 100, waitMs: 100 }
  let reads = 0
  const read = (): ThreadTime => {
    reads++
    return { ...time }
  }
  const stretches = createStretches({ read, stop() {} })
  return {
    reads: () => reads,
    short(ms: number): void {
      time.runMs += ms
      stretches.short(ms)
    },
    /** A slice in which it ran, and waited for the CPU. */
    slice(ranMs: number, waitedMs: number): { cpuMs: number; stolenMs: number } {
      time.runMs += ranMs
      time.waitMs += waitedMs
      const { cpuMs, stolenMs } = stretches.measure({ owner: undefined, startMs: 0, durationMs: ranMs + waitedMs })
      return { cpuMs: Math.round(cpuMs), stolenMs: Math.round(stolenMs) }
    }
  }
}

test('a slice is what its thread ran and what others took', () => {
  expect(threadWith().slice(70, 50)).toEqual({ cpuMs: 70, stolenMs: 50 })
})

test('what ran in short slices before it is not its own', () => {
  const thread = threadWith()
  let stolenMs = 0
  for (let preemptions = 0; preemptions < 15; preemptions++) {
    for (let i = 0; i < 9; i++) thread.short(0.5)
    stolenMs += thread.slice(1, 4).stolenMs
  }
  expect(stolenMs).toBe(60)
})

test('the clock is read now and then', () => {
  const thread = threadWith()
  const before = thread.reads()
  for (let i = 0; i < 1000; i++) thread.short(0.5)
  expect(thread.reads() - before).toBeGreaterThan(50)
  expect(thread.reads() - before).toBeLessThan(110)
  expect(thread.slice(120, 0)).toEqual({ cpuMs: 120, stolenMs: 0 })
})

test.each<[string, boolean, Partial<AnyStretch>]>([
  ['a profile without samples', true, { evidence: sampleEvidence({ asleep: true }) }],
  ['samples', false, { evidence: sampleEvidence() }],
  ['no samples, waiting for something', false, { evidence: sampleEvidence({ asleep: true }), cpuMs: 10 }],
  ['no samples, for longer than a thread sleeps', false, { evidence: sampleEvidence({ asleep: true }), durationMs: 400, cpuMs: 400 }],
  ['no profile', false, {}]
])('nobody saw what ran in a stretch with %s: %s', (_name, unseen, given) => {
  const stretch = { scope: undefined, startMs: 0, durationMs: 80, cpuMs: 78, stolenMs: 2, suspendedMs: 0, collectedMs: 0, victims: [] }
  expect(isUnseen({ ...stretch, evidence: undefined, ...given })).toBe(unseen)
})
