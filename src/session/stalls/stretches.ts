import type { LongSlice } from '../../probes/event-loop/slices.ts'
import type { ThreadClock, ThreadTime } from '../../probes/event-loop/thread-clock.ts'
import type { Scope, Stretch } from '../scope/scope.ts'

/** The shortest stretch that is worth evidence: a cut of the profile costs some tenths of a millisecond. */
export const EVIDENCE_MS = 10

/** Reading the thread's clock costs 2 µs and more: not after every slice, and none is needed while the loop is idle. */
const MAX_UNREAD_MS = 5

/** A stretch of somebody's code, or of nobody's. */
export type AnyStretch = Omit<Stretch, 'scope'> & { scope: Scope | undefined }

/**
 * Whether a profile ran and saw nothing, for its thread had too little of a busy machine's CPU for as long as this one worked. Then nobody
 * knows what ran, and whether it was the garbage collector.
 */
export const isUnseen = ({ evidence, durationMs, cpuMs }: AnyStretch): boolean =>
  evidence?.asleep === true && durationMs < LONGEST_SLEEP_MS && cpuMs > durationMs / 2

/** Beside five busy processes on two CPUs, gaps between samples were 15 ms mostly, and up to 55 ms. */
const LONGEST_SLEEP_MS = 200

export interface Stretches {
  /** Splits a slice that has just ended into CPU time, stolen time and the rest. */
  measure(slice: LongSlice<Scope>): AnyStretch
  /** The same for one that still runs. */
  peek(slice: LongSlice<Scope>): AnyStretch
  /** A slice has ended that is too short to be measured. */
  short(ms: number): void
}

/** Wall time of a slice is CPU time, time that other processes stole, and time blocked in system calls. */
export function createStretches(clock: ThreadClock): Stretches {
  let last = clock.read()
  /** Of short slices since then. */
  let shortMs = 0

  function split({ owner, startMs, durationMs }: LongSlice<Scope>, time: ThreadTime): AnyStretch {
    // The last reading is a little older than the slice. What ran in between took none of the slice's time: in a turn of many
    // short slices it would hide what others took of the few that they made long.
    const cpuMs = clamp(time.runMs - last.runMs - shortMs, 0, durationMs)
    const stolenMs = clamp(time.waitMs - last.waitMs, 0, durationMs - cpuMs)
    return { scope: owner, startMs, durationMs, cpuMs, stolenMs, suspendedMs: 0, collectedMs: 0, evidence: undefined, victims: [] }
  }
  function advance(time: ThreadTime): void {
    last = time
    shortMs = 0
  }
  return {
    measure(slice) {
      const time = clock.read()
      const stretch = split(slice, time)
      advance(time)
      return stretch
    },
    peek: (slice) => split(slice, clock.read()),
    short(ms) {
      shortMs += ms
      if (shortMs > MAX_UNREAD_MS) advance(clock.read())
    }
  }
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))
