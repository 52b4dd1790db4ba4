import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import type { LagSample, LagStats } from '../../model/profile.ts'

/** Turns kept as plain numbers; a request has a handful, and a histogram for each of thousands would be dear. */
const EXACT_TURNS = 256
const MAX_SAMPLES = 200
const MICROS = 1e3

/**
 * Collects the lag of every turn: exact for few, by Node's histogram (three digits) for many. A class, because each of
 * thousands of requests has two.
 */
export class LagMeter {
  private readonly threshold: number
  private readonly turns: number[] = []
  private histogram: RecordableHistogram | undefined
  readonly samples: LagSample[] = []
  droppedSamples = 0
  /** How long the loop was busy in all turns, stolen time included. */
  busyMs = 0
  stolenMs = 0

  /** @param threshold lag at or below it is counted in the statistics but not stored as a sample */
  constructor(threshold: number) {
    this.threshold = threshold
  }

  record(atMs: number, lagMs: number, stolenMs: number): void {
    this.busyMs += lagMs + stolenMs
    this.stolenMs += stolenMs
    if (this.histogram !== undefined) this.histogram.record(toMicros(lagMs))
    else if (this.turns.push(lagMs) > EXACT_TURNS) this.histogram = toHistogram(this.turns)
    if (lagMs <= this.threshold) return
    if (this.samples.length < MAX_SAMPLES) this.samples.push({ atMs, lagMs, stolenMs })
    else this.droppedSamples++
  }

  /** @param pendingMs lag of a turn that has not ended; 0 is none */
  stats(pendingMs: number): LagStats {
    if (this.histogram === undefined) return exactStats(pendingMs > 0 ? [...this.turns, pendingMs] : this.turns)
    const stats = histogramStats(this.histogram)
    return { ...stats, maxMs: Math.max(stats.maxMs, pendingMs) }
  }
}

function toHistogram(turns: number[]): RecordableHistogram {
  const created = createHistogram()
  for (const lag of turns) created.record(toMicros(lag))
  turns.length = 0
  return created
}

// A histogram takes whole numbers from 1 on.
const toMicros = (ms: number): number => Math.max(1, Math.round(ms * MICROS))

function exactStats(turns: readonly number[]): LagStats {
  if (turns.length === 0) return { maxMs: 0, meanMs: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0 }
  const sorted = turns.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  const sum = sorted.reduce((total, lag) => total + lag, 0)
  return { maxMs: at(1), meanMs: sum / sorted.length, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) }
}

function histogramStats(histogram: RecordableHistogram): LagStats {
  const percentile = (share: number): number => histogram.percentile(share) / MICROS
  return {
    maxMs: histogram.max / MICROS,
    meanMs: histogram.mean / MICROS,
    p50Ms: percentile(50),
    p95Ms: percentile(95),
    p99Ms: percentile(99)
  }
}
