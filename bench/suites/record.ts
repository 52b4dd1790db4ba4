import { appendFileSync, readFileSync } from 'node:fs'
import { afterAll } from 'vitest'

/** What a test file measures of itself: the start and end of processes would blur it from outside. */
export interface FileRecord {
  inTestMs: number
  inFileMs: number
  peakBytes: number
}

/** Writes one record when the file's tests are done; `timed` wraps the body of each test. */
export function recordFile(): { timed: (body: () => unknown) => () => Promise<void> } {
  let inTestMs = 0
  // While the file is collected: the profiler's start, before the first hook, is its cost too.
  const began = performance.now()
  afterAll(() => {
    const record: FileRecord = { inTestMs, inFileMs: performance.now() - began, peakBytes: peakBytes() }
    appendFileSync(process.env['BENCH_RECORDS']!, `${JSON.stringify(record)}\n`)
  })
  return {
    timed: (body) => async () => {
      const start = performance.now()
      await body()
      inTestMs += performance.now() - start
    }
  }
}

/** `maxRSS` of a process that was forked begins with its parent's on Linux, and Vitest's main process is the larger one. */
function peakBytes(): number {
  try {
    return Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024
  } catch {
    return process.resourceUsage().maxRSS * 1024
  }
}
