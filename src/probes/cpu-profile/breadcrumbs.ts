import type { RawFrame } from '../../model/code.ts'
import { now } from '../../node/clock.ts'
import { captureFrames, type FrameOptions } from '../stacks/frames.ts'

/** Where the thread next started async work after running for `toMs - fromMs` without starting any. */
export interface Breadcrumb {
  fromMs: number
  toMs: number
  frames: RawFrame[]
}

export interface Breadcrumbs {
  /** To be called where user code starts or ends async work, on its stack. */
  drop(): void
  /** The frames of the longest gap inside a stretch. */
  longest(startMs: number, endMs: number): Breadcrumb | undefined
}

/** Shorter gaps are of no interest; a longer one is worth a stack (2–6 µs). */
const GAP_MS = 5
const MAX_BREADCRUMBS = 32

/**
 * Names a stall without a profiler: the first async work that the same stretch starts after it has the stalled
 * function's caller, or the function itself, on its stack. The line is the one after the stall, not its own.
 */
export function createBreadcrumbs(sliceStart: () => number, options: FrameOptions): Breadcrumbs {
  let last = now()
  const breadcrumbs: Breadcrumb[] = []
  return {
    drop() {
      const at = now()
      const from = Math.max(last, sliceStart())
      last = at
      if (at - from < GAP_MS) return
      const frames = captureFrames(options)
      if (frames === undefined) return
      if (breadcrumbs.length === MAX_BREADCRUMBS) breadcrumbs.shift()
      breadcrumbs.push({ fromMs: from, toMs: at, frames })
    },
    longest(startMs, endMs) {
      let longest: Breadcrumb | undefined
      for (const breadcrumb of breadcrumbs) {
        if (breadcrumb.fromMs < startMs - 1 || breadcrumb.toMs > endMs + 1) continue
        if (longest === undefined || breadcrumb.toMs - breadcrumb.fromMs > longest.toMs - longest.fromMs) longest = breadcrumb
      }
      return longest
    }
  }
}
