import type { RawFrame } from '../../model/code.ts'
import { now } from '../../node/clock.ts'
import { captureFrames, type FrameOptions } from '../stacks/frames.ts'

/** Where the thread next started async work after running for `toMs - fromMs` without starting any. */
export interface Mark {
  fromMs: number
  toMs: number
  frames: RawFrame[]
}

export interface Marks {
  /** To be called where user code starts or ends async work, on its stack. */
  mark(): void
  /** The frames of the longest gap inside a stretch. */
  longest(startMs: number, endMs: number): Mark | undefined
}

/** Shorter gaps are of no interest; a longer one is worth a stack (2–6 µs). */
const GAP_MS = 5
const MAX_MARKS = 32

/**
 * Names a stall without a profiler: the first async work that the same stretch starts after it has the stalled
 * function's caller, or the function itself, on its stack. The line is the one after the stall, not its own.
 */
export function createMarks(sliceStart: () => number, options: FrameOptions): Marks {
  let last = now()
  const marks: Mark[] = []
  return {
    mark() {
      const at = now()
      const from = Math.max(last, sliceStart())
      last = at
      if (at - from < GAP_MS) return
      const frames = captureFrames(options)
      if (frames === undefined) return
      if (marks.length === MAX_MARKS) marks.shift()
      marks.push({ fromMs: from, toMs: at, frames })
    },
    longest(startMs, endMs) {
      let longest: Mark | undefined
      for (const mark of marks) {
        if (mark.fromMs < startMs - 1 || mark.toMs > endMs + 1) continue
        if (longest === undefined || mark.toMs - mark.fromMs > longest.toMs - longest.fromMs) longest = mark
      }
      return longest
    }
  }
}
