import { getHeapStatistics } from 'node:v8'
import { now } from '../probes/clock.ts'

/** Why the sampler was started in this worker. */
export type ArmReason = 'asked' | 'can-fail' | 'assertions' | 'unknown' | 'paid' | 'stall'

export interface ArmingPolicy {
  /** `backend: 'inspector'`: from the first test on. */
  asked: boolean
  /** A stall can fail a test or the run: a rule is `error`, or a budget is set. */
  canFail: boolean
  /** The test file uses the matchers or `profile`. */
  assertions: boolean
  /** Earlier runs of the same sources have found nothing in this file, and this run is no CI's. */
  quiet: boolean
}

/**
 * Starting the profiler costs 10–30 ms in a worker, more with a large heap, and a suite of small files would feel it
 * in each of them. It is started wherever a line may matter; where most likely nothing stalls, as soon as its cost is a small part of
 * what the file has already taken.
 * @returns why to start before this test, or `undefined` to wait
 */
export function shouldArm({ asked, canFail, assertions, quiet }: ArmingPolicy): ArmReason | undefined {
  if (asked) return 'asked'
  if (canFail) return 'can-fail'
  if (assertions) return 'assertions'
  if (!quiet) return 'unknown'
  return isAffordable(AFFORDABLE_SHARE) ? 'paid' : undefined
}

const AFFORDABLE_SHARE = 0.03
const LEAST_START_MS = 10

/** Whether the start costs no more than a share of the time since the worker started, which `now()` counts. */
export function isAffordable(share: number): boolean {
  const affordableMs = now() * share
  return affordableMs > LEAST_START_MS && expectedStartMs() <= affordableMs
}

/**
 * The start walks the heap for compiled functions. Measured on Node 24: 13 ms with 4 MB of heap (a bare process), 30 ms
 * with 25 MB (a Vitest worker), 100 ms and more with TypeScript's compiler loaded. (The exact size of the code,
 * `v8.getHeapCodeStatistics()`, takes 2.4 ms to ask for.)
 */
function expectedStartMs(): number {
  return 10 + (getHeapStatistics().used_heap_size / 1e6) * MS_PER_MEGABYTE
}
const MS_PER_MEGABYTE = 0.8
