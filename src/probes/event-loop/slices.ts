import { idleTime, now } from '../../node/clock.ts'

export interface LongSlice<Owner> {
  owner: Owner | undefined
  startMs: number
  durationMs: number
}

/** Slices from this length on are told one by one. Shorter ones are only summed. */
const LONG_MS = 1

export interface Slices<Owner> {
  /** Ends the running slice and starts one of `next`. */
  cut(at: number, next: Owner | undefined): void
  /** The slice that is still running, as it would be if it ended now. */
  open(at: number): LongSlice<Owner>
  /** Takes the time since `since` out of the running slice: it was ours. */
  exclude(since: number): void
  /** Takes so many milliseconds out of it. */
  excludeMs(ms: number): void
  /** What was taken out of all slices so far. */
  excludedMs(): number
  /** Once per turn: without it, short waits of earlier turns would be charged to a later slice. */
  syncIdle(): void
  /** When the running slice began. */
  start(): number
  /**
   * The running slice is nobody's so far, and now does something for `next`: it is taken for theirs. Where several are named, it
   * stays whose it was.
   * @param from whose it may be instead of nobody's
   */
  claim(next: Owner, from?: Owner): void
  /** It does something for `other`, too, who may be the one that it worked for: then it is not claimed for anybody else. */
  involve(other: Owner): void
}

/**
 * Cuts the thread's time into uninterrupted stretches of somebody's code. Only starts are seen (`before` hooks, turn
 * ends, scope edges): what follows a callback until the next start is native work or waiting, and the loop's own idle
 * time tells the waiting. That halves the cost of a cut against hooking both ends.
 */
export function createSlices<Owner>(
  onShort: (owner: Owner | undefined, ms: number) => void,
  onLong: (slice: LongSlice<Owner>) => void
): Slices<Owner> {
  // Fields, for V8 makes an object of each number that it puts into a variable of a closure, and this is set at each start.
  const times = { start: now(), idle: idleTime(), excluded: 0, excludedBefore: 0 }
  let owner: Owner | undefined
  let claimed: Owner | undefined
  let involved: Owner | undefined
  let disputed = false

  function measure(at: number): LongSlice<Owner> {
    const waited = idleTime() - times.idle
    return {
      owner: disputed ? owner : (claimed ?? owner),
      startMs: times.start,
      durationMs: Math.max(0, at - times.start - waited - times.excluded)
    }
  }
  function startExcluded(): void {
    times.excludedBefore += times.excluded
    times.excluded = 0
  }
  function cutLong(at: number): void {
    const slice = measure(at)
    times.idle = idleTime()
    startExcluded()
    if (slice.durationMs >= LONG_MS) onLong(slice)
    else onShort(owner, slice.durationMs)
  }
  return {
    cut(at, next) {
      const length = at - times.start
      if (length >= LONG_MS) cutLong(at)
      else {
        onShort(owner, length)
        startExcluded()
      }
      // `onLong` may have taken time; the next slice must not be charged with it.
      times.start = length >= LONG_MS ? now() : at
      owner = next
      claimed = undefined
      involved = undefined
      disputed = false
    },
    open: measure,
    exclude(since) {
      times.excluded += now() - since
    },
    excludedMs: () => times.excludedBefore + times.excluded,
    excludeMs(ms) {
      times.excluded += ms
    },
    syncIdle() {
      times.idle = idleTime()
    },
    start: () => times.start,
    claim(next, from) {
      if (owner !== from || next === claimed) return
      disputed ||= claimed !== undefined || (involved !== undefined && involved !== next)
      claimed ??= next
    },
    involve(other) {
      if (owner === other) return
      disputed ||= claimed !== undefined && claimed !== other
      involved ??= other
    }
  }
}
