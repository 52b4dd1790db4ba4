import { now } from './clock.ts'

/** How many stacks may still be taken for one test: some at once, and more as its time goes by. */
export interface Looks {
  left: number
  /** When the next one is paid for. */
  nextMs: number
  asked: number
}

/** A stack costs up to 10 µs with everything that comes of it: this is some tenths of a percent of the time. */
const MS_PER_LOOK = 3
const ASK_EVERY = 8

export const createLooks = (left: number): Looks => ({ left, nextMs: 0, asked: 0 })

/** Whether a stack may be taken, which is then counted. */
export function takeLook(looks: Looks): boolean {
  if (looks.left > 0) {
    looks.left--
    return true
  }
  // Asking for the time would be most of what a promise costs.
  if (++looks.asked % ASK_EVERY !== 0) return false
  const at = now()
  if (at < looks.nextMs) return false
  // What time has paid for since the last look is not saved up: a burst has the looks that a test starts with.
  looks.nextMs = at + MS_PER_LOOK
  return true
}
