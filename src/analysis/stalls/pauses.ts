import type { CpuNode, CpuWindow } from '../../model/code.ts'
import { eachSample, type Stretch } from './samples.ts'

/** Samples come every few milliseconds; where none came for longer, the process was stopped, or the thread in the system. */
const MAX_GAP_MS = 20

/** To collect young objects takes some milliseconds on a slow machine; who makes many of them pays for it. To collect all takes more. */
const LONG_PAUSE_MS = 20

export const isGc = (node: CpuNode | undefined): boolean => node?.callFrame.functionName === '(garbage collector)'

/**
 * One long pause is the collector's own doing. Many short ones between samples of one function are that function's
 * allocations, and stay its time.
 */
export function pausesOf(window: CpuWindow, stretch: Stretch): Pauses {
  const collecting = new Set(window.nodes.filter(isGc).map(({ id }) => id))
  const pauses: { ms: number; seenMs: number }[] = []
  let collects = false
  eachSample(window, stretch, (id, ms) => {
    const before = collects
    collects = collecting.has(id)
    if (!collects) return
    if (!before) pauses.push({ ms: 0, seenMs: 0 })
    const pause = pauses.at(-1)!
    pause.ms += ms
    pause.seenMs += Math.min(ms, MAX_GAP_MS)
  })
  const long = pauses.filter(({ ms }) => ms >= LONG_PAUSE_MS)
  const seen = (some: typeof pauses): number => some.reduce((sum, { seenMs }) => sum + seenMs, 0)
  return {
    longestMs: pauses.reduce((longest, { ms }) => Math.max(longest, ms), 0),
    longMs: long.reduce((sum, { ms }) => sum + ms, 0),
    longSeenMs: seen(long),
    seenMs: seen(pauses)
  }
}

/** `seenMs` counts no time between two samples that is too long to be the collector's for sure. */
export interface Pauses {
  longestMs: number
  /** Of the long ones together. */
  longMs: number
  longSeenMs: number
  seenMs: number
}
