import type { CpuWindow } from '../../model/code.ts'

export interface Stretch {
  startMs: number
  durationMs: number
}

/** The profiler's clock and ours are known to each other to some hundredths of a millisecond. */
const CLOCKS_MS = 0.5

/**
 * Each sample stands for the time since the one before it: while the thread is inside one long system call the
 * profiler's signal waits, and the only sample comes at its end. One that was taken after the stretch tells nothing of it: by then
 * something else runs, the profiler's own look at it for instance.
 */
export function eachSample({ samples, times }: CpuWindow, { startMs, durationMs }: Stretch, visit: (id: number, ms: number) => void): void {
  const endMs = startMs + durationMs
  for (let i = 0; i < samples.length; i++) {
    if (times[i]! > endMs + CLOCKS_MS) return
    const from = Math.max(startMs, times[i - 1] ?? startMs)
    const to = Math.min(endMs, times[i]!)
    if (to > from) visit(samples[i]!, to - from)
  }
}
