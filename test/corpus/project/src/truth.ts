import { appendFileSync } from 'node:fs'
import { relative } from 'node:path'
import { PerformanceObserver, performance } from 'node:perf_hooks'
import { afterAll, beforeAll, expect } from 'vitest'
import { cpuMs } from './clock.ts'

// Taken at load: fake timers replace them.
const now = process.hrtime.bigint
const performanceNow = performance.now.bind(performance)

const took: { key: string; ms: number; offCpuMs: number; endedAt: number }[] = []

/** What V8 collects right after some work is nobody's call, and yet nobody else's: no other code runs in between. */
const collections: { startTime: number; duration: number }[] = []
const observer = new PerformanceObserver((list) => void collections.push(...list.getEntries()))
observer.observe({ entryTypes: ['gc'] })
const RIGHT_AFTER_MS = 2
const collectedMs = (endedAt: number): number =>
  collections.filter(({ startTime }) => startTime >= endedAt && startTime < endedAt + RIGHT_AFTER_MS).reduce((sum, { duration }) => sum + duration, 0)

/** The key of how long cold code takes on this machine: no stall. */
const COLD = 'cold'

export interface Begin {
  at: bigint
  cpuMs: number
}

/** Before the work that is to blame. */
export const start = (): Begin => ({ cpuMs: cpuMs(), at: now() })

/** After it: how long it really took, and for how much of that this thread was off the CPU. */
export function stop(key: string, from: Begin): void {
  const { ms, offCpuMs } = since(from)
  note(key, ms, offCpuMs)
}

/** Work in parts: what the profiler does between two of them, to read the thread's clock for instance, is not part of it. */
export function inParts(key: string): { part<T>(work: () => T): T; stop(): void } {
  const from = start()
  let ms = 0
  return {
    part(work) {
      const at = now()
      const result = work()
      ms += Number(now() - at) / 1e6
      return result
    },
    stop: () => note(key, ms, since(from).offCpuMs)
  }
}

/** Does the work that is to blame, and measures it. */
export function timed<T>(key: string, work: () => T): T {
  const from = start()
  const result = work()
  stop(key, from)
  return result
}

function since({ at, cpuMs: before }: Begin): { ms: number; offCpuMs: number } {
  const ms = Number(now() - at) / 1e6
  return { ms, offCpuMs: ms - (cpuMs() - before) }
}

// What is called for the first time is compiled, and slowly while V8 is profiled: that would be time of whoever is measured
// first. So it is with assertions, and with the profiler's own look at a sync call.
beforeAll(() => {
  const cell = new Int32Array(new SharedArrayBuffer(4))
  const wait = (ms: number): number => {
    const from = start()
    Atomics.wait(cell, 0, 0, ms)
    return since(from).ms
  }
  wait(SHORT_MS)
  wait(SHORT_MS)
  const warm = wait(SHORT_MS) - SHORT_MS
  expect(warm).toBeGreaterThan(0)
  // Some machines take what has rested from the processor's caches, and even from memory. Around each call that is measured
  // there is such code: of this file, of the server, of the profiler.
  note(COLD, Math.max(0, wait(REST_MS) - REST_MS - warm))
})

const SHORT_MS = 2

/** Below the threshold, all of it, and long enough for code to get cold. */
const REST_MS = 40

export function note(key: string, ms: number, offCpuMs = 0): void {
  took.push({ key, ms, offCpuMs, endedAt: performanceNow() })
}

/** Collections so long are noted: a finding that tells of one is right, though nobody planted it. */
const LONG_COLLECTION_MS = 50

afterAll(() => {
  collections.push(...observer.takeRecords())
  const file = relative(process.cwd(), expect.getState().testPath ?? '')
  const long = collections.filter(({ duration }) => duration >= LONG_COLLECTION_MS).map(({ duration }) => ({ file, ms: duration }))
  if (long.length > 0) appendFileSync('collections.jsonl', long.map((each) => `${JSON.stringify(each)}\n`).join(''))
  if (took.length > 0) appendFileSync('truth.jsonl', took.map(({ endedAt, ...each }) => `${JSON.stringify({ ...each, collectedMs: collectedMs(endedAt) })}\n`).join(''))
})
