import type { LongSlice } from '../probes/slices.ts'
import type { ThreadClock, ThreadTime } from '../probes/stolen.ts'
import type { Scope, Stretch } from './scope.ts'

/** The shortest stretch that is worth evidence: a cut of the profile costs some tenths of a millisecond. */
export const EVIDENCE_MS = 10

/** Reading the thread's clock costs 2 µs and more: not in every turn, and none is needed while the loop is idle. */
const MAX_UNREAD_MS = 5

/** A stretch of somebody's code, or of nobody's. */
export type AnyStretch = Omit<Stretch, 'scope'> & { scope: Scope | undefined }

export interface Stretches {
  /** Splits a slice that has just ended into CPU time, stolen time and the rest. */
  measure(slice: LongSlice<Scope>): AnyStretch
  /** The same for one that still runs. */
  peek(slice: LongSlice<Scope>): AnyStretch
  /** Once per turn, with the time that the loop was busy in it: keeps the last reading close to the next slice's start. */
  refresh(busyMs: number): void
}

/** Wall time of a slice is CPU time, time that other processes stole, and time blocked in system calls. */
export function createStretches(clock: ThreadClock): Stretches {
  let last = clock.read()
  let unreadMs = 0

  function split({ owner, startMs, durationMs }: LongSlice<Scope>, time: ThreadTime): AnyStretch {
    // The last reading is at most a turn older than the slice: what ran before it in that turn is counted with it.
    const cpuMs = clamp(time.runMs - last.runMs, 0, durationMs)
    const stolenMs = clamp(time.waitMs - last.waitMs, 0, durationMs - cpuMs)
    return { scope: owner, startMs, durationMs, cpuMs, stolenMs, suspendedMs: 0, evidence: undefined, victims: [] }
  }
  function advance(time: ThreadTime): void {
    last = time
    unreadMs = 0
  }
  return {
    measure(slice) {
      const time = clock.read()
      const stretch = split(slice, time)
      advance(time)
      return stretch
    },
    peek: (slice) => split(slice, clock.read()),
    refresh(busyMs) {
      unreadMs += busyMs
      if (unreadMs > MAX_UNREAD_MS) advance(clock.read())
    }
  }
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))
