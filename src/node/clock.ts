import { performance } from 'node:perf_hooks'
import * as timers from 'node:timers'

/*
 * Everything here is taken once, at load: fake timers replace `performance.now` on the shared object and the exports of
 * `node:timers`, and must not reach us.
 */

/** Milliseconds since the thread's time origin. */
export const now: () => number = performance.now.bind(performance)

/**
 * Milliseconds that this thread's loop has spent waiting for events, since it started. `performance.eventLoopUtilization()` has
 * the same number, and calls `process.hrtime()` for it, as that is at the time: a test's spy would count it, a fake bend it.
 */
export const idleTime: () => number = idleGetter()

export const setImmediate: typeof timers.setImmediate = timers.setImmediate
export const clearImmediate: typeof timers.clearImmediate = timers.clearImmediate
export const setTimeout: typeof timers.setTimeout = timers.setTimeout
export const clearTimeout: typeof timers.clearTimeout = timers.clearTimeout
export const setInterval: typeof timers.setInterval = timers.setInterval
export const clearInterval: typeof timers.clearInterval = timers.clearInterval

/** Settles once the loop has turned. */
export const loopTurn = (): Promise<void> => new Promise((done) => void setImmediate(done))

const hrtime = process.hrtime.bind(process)

let offset: { ms: number; withinMs: number } | undefined

/**
 * What to add to the CPU profiler's monotonic microseconds / 1000 to be on the scale of `now()`. Both read one clock, so it stays
 * the same: a reading in which another process had the CPU is replaced by the next one, and the closest is kept.
 */
export function monotonicOffset(): number {
  for (let tries = 0; tries < 5 && (offset === undefined || offset.withinMs > CLOSE_MS); tries++) {
    const before = now()
    const [seconds, nanos] = hrtime()
    const withinMs = (now() - before) / 2
    if (offset === undefined || withinMs < offset.withinMs) offset = { ms: before + withinMs - (seconds * 1e3 + nanos / 1e6), withinMs }
  }
  return offset!.ms
}

const CLOSE_MS = 0.05

const RealDate = Date
const { toISOString } = Date.prototype
const { timeOrigin } = performance

/** A time on the scale of `now()` as ISO 8601. */
export const isoAt = (ms: number): string => Reflect.apply(toISOString, new RealDate(timeOrigin + ms), [])

function idleGetter(): () => number {
  const { nodeTiming } = performance
  const get = Object.getOwnPropertyDescriptor(nodeTiming, 'idleTime')?.get as (() => number) | undefined
  return get === undefined ? () => nodeTiming.idleTime : get.bind(nodeTiming)
}
