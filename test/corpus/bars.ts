import type { Backend } from './runner/combinations.ts'

/** What the profiler must reach on the corpus, with each Node, Vitest and pool. Rates are from 0 to 1. */
export interface Bars {
  /** What was planted and found. */
  recall?: number
  /** Findings that were planted. */
  precision: number
  /** Found ones with the right own line. */
  line?: number
  /** Found ones with the right test and request. */
  whose: number
  kind?: number
  medianErrorMs?: number
  /** Each duration's error must be within the greater of both; `share` is of the true duration. */
  worstError?: { ms: number; share: number }
  /**
   * Planted stalls that were over too soon to count, by a calibration that a busy machine misled, and tests that fail though
   * they should pass: those are false alarms, too, and `precision` counts them.
   */
  broken?: number
}

const FULL: Bars = {
  recall: 0.98,
  precision: 1,
  line: 0.97,
  whose: 1,
  kind: 0.95,
  medianErrorMs: 1,
  worstError: { ms: 3, share: 0.05 },
  broken: 2
}

/** For stalls. */
export const BARS: Record<Backend, Bars> = {
  auto: FULL,
  inspector: FULL,
  // It knows lines by what follows a stall only, and cannot tell the runner's work in a test's body, such as the printing
  // of a big snapshot, from the test's own.
  'async-hooks': { recall: 0.97, precision: 0.95, whose: 1, broken: 1 }
}

/** For what tests leave behind, and for those that wait for ever. No backend sees more of it than the other. */
export const LEFTOVER_BARS: Bars = { recall: 0.98, precision: 1, line: 0.97, whose: 1 }

/**
 * For real server stacks: stalls, leftovers and waits together. No durations: what is measured around a call in a handler is
 * the stalls' affair. Most of their faulty tests are judged by a matcher, too, and one that passes or fails wrongly is a broken test.
 */
const STACKS: Bars = { recall: 0.98, precision: 1, line: 0.97, whose: 1, broken: 0 }

export const STACK_BARS: Record<Backend, Bars> = {
  auto: STACKS,
  inspector: STACKS,
  // It knows lines by what follows a stall only.
  'async-hooks': { recall: 0.97, precision: 1, whose: 1, broken: 0 }
}

/** With four busy processes for each core beside it: no false alarm, no broken budget, and most stalls are still found. */
export const NOISE_BARS = { falseAlarms: 0, brokenBudgets: 0, recall: 0.9 }
