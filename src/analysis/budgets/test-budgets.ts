import type { BudgetLimits } from '../../model/options.ts'
import type { Location } from '../../model/place.ts'
import type { BlockingCall, LagStats } from '../../model/profile.ts'
import type { BudgetVerdict } from '../../model/report.ts'
import { worstPlaces } from '../rules/lag-budget.ts'
import { ownMs } from '../stalls/blocking.ts'

/** What a budget is held against; lag is already less stolen time. */
export interface Measured {
  /** Missing where it was not monitored. */
  lag: LagStats | undefined
  /** Those over the threshold by their own doing. */
  blocking: readonly BlockingCall[]
  syncCalls: number
  /** Where they were made, by how often. */
  syncPlaces(): readonly { durationMs: number; location?: Location }[]
  /** Known when the file has ended. */
  leaks?: readonly { count: number; location?: Location }[]
}

type Meter = (measured: Measured) => number | undefined

/** Limits that this release can measure. */
const METERS: Partial<Record<keyof BudgetLimits, Meter>> = {
  maxLag: ({ lag }) => lag?.maxMs,
  p99Lag: ({ lag }) => lag?.p99Ms,
  blockingCalls: ({ blocking }) => blocking.length,
  totalBlocking: ({ blocking }) => blocking.reduce((sum, call) => sum + ownMs(call), 0),
  syncCalls: ({ syncCalls }) => syncCalls,
  leaks: ({ leaks }) => leaks?.reduce((sum, { count }) => sum + count, 0)
}

/** Where to begin, heaviest first; stalls where nothing is said. */
const PLACES: Partial<Record<keyof BudgetLimits, (measured: Measured) => Parameters<typeof worstPlaces>[0]>> = {
  syncCalls: ({ syncPlaces }) => syncPlaces(),
  leaks: ({ leaks = [] }) => leaks.map(({ count, location }) => ({ durationMs: count, ...(location && { location }) }))
}

/** One verdict for each limit of a budget. */
export function judgeBudget(limits: BudgetLimits, measured: Measured, scope: BudgetVerdict['scope']): BudgetVerdict[] {
  const verdicts: BudgetVerdict[] = []
  for (const [budget, meter] of Object.entries(METERS) as [keyof BudgetLimits, Meter][]) {
    const allowed = limits[budget]
    if (allowed === undefined) continue
    const value = meter(measured)
    const over = value !== undefined && value > allowed
    verdicts.push({
      budget,
      scope,
      allowed,
      measured: value ?? 0,
      // What was not measured is neither kept nor broken.
      verdict: value === undefined ? 'inconclusive' : over ? 'over' : 'within',
      contributors: over ? worstPlaces(PLACES[budget]?.(measured) ?? measured.blocking) : []
    })
  }
  return verdicts
}
