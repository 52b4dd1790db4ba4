import { clearTimeout, now, setTimeout } from '../clock.ts'

/** What is used of Node's timers, which they do not document. */
interface TimerInternals {
  _idleStart?: number
  _idleTimeout?: number
  _repeat?: number | null
}

/** When a timer is due, on the scale of `now()`; nothing for what is no timer. */
export function dueTime(resource: object): number | undefined {
  const { _idleStart: start, _idleTimeout: delay } = resource as TimerInternals
  return typeof start === 'number' && typeof delay === 'number' ? start + delay + libuvOffset : undefined
}

/** The period of an interval, in milliseconds. */
export const periodOf = (timer: object): number | undefined => (timer as TimerInternals)._repeat ?? undefined

// Timers count from the start of the loop.
const libuvOffset = measureOffset()
function measureOffset(): number {
  const timer = setTimeout(() => {}, 1000)
  const offset = now() - ((timer as TimerInternals)._idleStart ?? now())
  clearTimeout(timer)
  return offset
}
