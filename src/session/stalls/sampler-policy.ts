import { getHeapStatistics } from 'node:v8'
import { now } from '../../node/clock.ts'

const LEAST_START_MS = 10

/**
 * Starting the profiler costs 10–30 ms in a worker, more with a large heap, and a suite of small files would feel it in each of them.
 * @returns whether that is no more than a share of the time since the worker started, which `now()` counts
 */
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
