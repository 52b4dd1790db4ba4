import type { BlockingCall, BudgetLimits, BudgetVerdict, LagStats, Location } from '../model.ts'
import { netMs } from './blocking.ts'

/** What a budget is held against; lag is already less stolen time. */
export interface Measured {
  lag: LagStats
  /** Those over the threshold by their own doing. */
  blocking: readonly BlockingCall[]
}

type Meter = (measured: Measured) => number

/** Limits that this release can measure. */
const METERS: Partial<Record<keyof BudgetLimits, Meter>> = {
  maxLag: ({ lag }) => lag.maxMs,
  p99Lag: ({ lag }) => lag.p99Ms,
  blockingCalls: ({ blocking }) => blocking.length,
  totalBlocking: ({ blocking }) => blocking.reduce((sum, call) => sum + netMs(call), 0)
}

/** One verdict for each limit of a budget. */
export function judgeBudget(limits: BudgetLimits, measured: Measured, scope: BudgetVerdict['scope']): BudgetVerdict[] {
  const verdicts: BudgetVerdict[] = []
  for (const [budget, meter] of Object.entries(METERS) as [keyof BudgetLimits, Meter][]) {
    const allowed = limits[budget]
    if (allowed === undefined) continue
    const value = meter(measured)
    verdicts.push({
      budget,
      scope,
      allowed,
      measured: value,
      verdict: value > allowed ? 'over' : 'within',
      contributors: value > allowed ? contributorsOf(measured.blocking) : []
    })
  }
  return verdicts
}

const MAX_CONTRIBUTORS = 3

function contributorsOf(blocking: readonly BlockingCall[]): Location[] {
  const located = blocking.toSorted((a, b) => netMs(b) - netMs(a)).flatMap(({ location }) => location ?? [])
  return located.slice(0, MAX_CONTRIBUTORS)
}
