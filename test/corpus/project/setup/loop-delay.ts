import { appendFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeEach } from 'vitest'

/** What a test's budget comes to where Node's own histogram is the judge: for comparison with the profiler. */
const judged: string[] = []

beforeEach(({ task }) => {
  const { asyncProfiler } = task.meta as { asyncProfiler?: { budgets?: { maxLag?: number } } }
  const allowedMs = asyncProfiler?.budgets?.maxLag
  if (allowedMs === undefined) return undefined
  const histogram = monitorEventLoopDelay({ resolution: 1 })
  histogram.enable()
  return async () => {
    // A test without a turn of the loop would not show.
    await setTimeout(5)
    histogram.disable()
    judged.push(JSON.stringify({ test: task.name, allowedMs, measuredMs: histogram.max / 1e6 }))
  }
})

afterAll(() => {
  if (judged.length > 0) appendFileSync('loop-delay.jsonl', `${judged.join('\n')}\n`)
})
