import { now } from './clock.ts'

/** How many stacks may still be taken for one test: some at once, and more as its time goes by. */
export interface Looks {
  left: number
  /** When the next one is paid for. */
  nextMs: number
}

/** A stack costs about so much with everything that comes of it: this is 1 % of the time. */
const MS_PER_LOOK = 0.5

export const createLooks = (left: number): Looks => ({ left, nextMs: now() + MS_PER_LOOK })

/** Whether a stack may be taken, which is then counted. */
export function takeLook(looks: Looks): boolean {
  if (looks.left > 0) {
    looks.left--
    return true
  }
  const at = now()
  if (at < looks.nextMs) return false
  // What time has paid for since the last look is not saved up: a burst has the looks that a test starts with.
  looks.nextMs = at + MS_PER_LOOK
  return true
}
