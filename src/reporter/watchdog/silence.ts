import type { ThreadLook } from '../../node/proc.ts'

/** The part of the time that others had the CPU. */
const STARVED = 0.9

/**
 * How much of the time between two looks counts against a worker that did not beat; nothing where it has to be counted
 * anew.
 * @param elapsedMs since the look before
 */
export function silenceOf(elapsedMs: number, before: ThreadLook | undefined, now: ThreadLook | undefined): number | undefined {
  if (now === undefined) return elapsedMs
  if (now.stopped) return undefined
  if (before === undefined) return elapsedMs
  const ranMs = now.runMs - before.runMs
  const waitedMs = now.waitMs - before.waitMs
  // Linux adds a wait up when it ends: one that has not ended shows by this only.
  if (now.runnable && ranMs === 0) return 0
  // Contention is how machines are, and the run has to end in time; one that gets next to no CPU has had no chance to turn.
  return waitedMs > elapsedMs * STARVED ? Math.max(0, elapsedMs - waitedMs) : elapsedMs
}
