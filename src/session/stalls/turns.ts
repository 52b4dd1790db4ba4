import type { Scope } from '../scope/scope.ts'

/** Milliseconds of a turn that the profiler itself used: what is known, and the most that it can have been. */
export interface Ours {
  knownMs: number
  mostMs: number
}
const NOTHING: Ours = { knownMs: 0, mostMs: 0 }

/** Sums up how long each scope worked in the running turn of the event loop. */
export interface Turns {
  add(scope: Scope | undefined, ms: number, stolenMs: number): void
  /** Call it for each stretch of the scope in this turn, with its length without stolen time. */
  stretch(scope: Scope, ms: number): void
  /** Ends the turn. Each scope that ran in it, and each open one, gets its lag. Returns how long the loop was busy. */
  end(at: number, open: Iterable<Scope>): number
  /** How long a scope, and the scopes inside it, have worked in the turn so far, without stolen time. */
  pending(scope: Scope): number
}

/**
 * @param onStarved called for each scope that made the turn too long by many callbacks, none of which was long; with the time that the loop
 * was busy in this turn
 * @param ours how much of a scope's turn the profiler itself used, asked where it had much to do
 */
export function createTurns(onStarved: (scope: Scope, busyMs: number) => void, ours: (scope: Scope, busyMs: number) => Ours): Turns {
  const ran: Scope[] = []
  const summed: Scope[] = []
  let busyMs = 0
  let loopStolenMs = 0
  return {
    add(scope, ms, stolenMs) {
      busyMs += ms
      loopStolenMs += stolenMs
      if (scope === undefined) return
      const { turn } = scope
      turn.ms += ms
      turn.stolenMs += stolenMs
      if (!turn.touched) {
        turn.touched = true
        ran.push(scope)
      }
    },
    stretch(scope, ms) {
      scope.turn.longestMs = Math.max(scope.turn.longestMs, ms)
    },
    end(at, open) {
      for (const scope of ran) {
        const { turn } = scope
        const { knownMs, mostMs } = isFlood(scope) ? ours(scope, busyMs) : NOTHING
        turn.oursMs = hooksMs(turn) + knownMs
        if (isStarved(scope, Math.max(turn.oursMs, mostMs) + contentionMs(scope))) onStarved(scope, busyMs)
        else if (isStarved(scope, turn.oursMs)) scope.whole.doubtfulTurns++
      }
      const loopOursMs = ran.reduce((sum, { turn }) => sum + turn.oursMs, 0)
      for (const scope of ran) sumUp(scope, summed)
      for (const scope of summed) record(scope, at)
      if (busyMs > 0)
        for (const { loopLag, startMs } of open)
          loopLag?.record(at - startMs, Math.max(0, busyMs - loopStolenMs - loopOursMs), loopStolenMs)
      const total = busyMs
      ran.length = 0
      summed.length = 0
      busyMs = 0
      loopStolenMs = 0
      return total
    },
    pending(scope) {
      const inside = ran.filter((each) => scope.includes(each))
      return inside.reduce((sum, { turn }) => sum + turn.ms - turn.stolenMs, 0)
    }
  }
}

function isStarved({ turn, thresholds: { blockingThreshold } }: Scope, oursMs: number): boolean {
  return turn.ms - turn.stolenMs - oursMs > blockingThreshold && turn.longestMs <= blockingThreshold
}

/**
 * How much longer a busy machine may have made a turn, besides the time that it stole: a thread that was off the CPU comes back to cold
 * caches, and shares its core. A clean first request took 110 ms, of which other processes stole 60; the other 50 ms were over a threshold
 * of 50 ms.
 */
const contentionMs = ({ turn: { ms, stolenMs } }: Scope): number => Math.min(stolenMs, ms - stolenMs) * CONTENTION_SHARE
const CONTENTION_SHARE = 0.25

/**
 * How long our hooks took in a turn. It matters for chains of hundreds of thousands of continuations only. Measured on Node 24: a loop of
 * 100,000 awaits takes 87 ms without hooks, and 124 ms with them.
 */
const hooksMs = ({ microtasks, callbacks }: Scope['turn']): number => (microtasks + callbacks) * HOOK_MS
const HOOK_MS = 0.0003

/** In code that runs for the first time, or makes many promises, hooks take much more. If a profile runs, it shows how much. */
const isFlood = ({ turn, thresholds: { lagThreshold } }: Scope): boolean =>
  turn.microtasks + turn.callbacks > MANY_CALLBACKS && turn.ms - turn.stolenMs > lagThreshold
const MANY_CALLBACKS = 2000

/** Adds the work of a scope to all scopes around it. */
function sumUp(scope: Scope, summed: Scope[]): void {
  const { ms, stolenMs, oursMs } = scope.turn
  for (let each: Scope | undefined = scope; each !== undefined; each = each.parent) {
    each.turn.totalMs += ms
    each.turn.totalStolenMs += stolenMs
    each.turn.totalOursMs += oursMs
    if (!each.turn.summed) {
      each.turn.summed = true
      summed.push(each)
    }
  }
}

function record({ turn, lag, startMs, closed }: Scope, at: number): void {
  if (!closed) lag?.record(at - startMs, Math.max(0, turn.totalMs - turn.totalStolenMs - turn.totalOursMs), turn.totalStolenMs)
  turn.ms = 0
  turn.stolenMs = 0
  turn.longestMs = 0
  turn.microtasks = 0
  turn.ticks = 0
  turn.callbacks = 0
  turn.totalMs = 0
  turn.totalStolenMs = 0
  turn.oursMs = 0
  turn.totalOursMs = 0
  turn.touched = false
  turn.summed = false
}
