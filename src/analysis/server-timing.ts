import type { AsyncProfile } from '../model/profile.ts'

/**
 * A `Server-Timing` header value: `total`, `blocking`, `lag` and `overhead`, each with `dur` in milliseconds.
 * @see https://www.w3.org/TR/server-timing/
 */
export function toServerTiming(profile: Pick<AsyncProfile, 'durationMs' | 'summary' | 'profilingOverheadMs'>): string {
  const { durationMs, summary, profilingOverheadMs } = profile
  const { blockingCalls, totalBlockingMs, maxLagMs } = summary
  return [
    metric('total', durationMs, 'Total'),
    metric('blocking', totalBlockingMs, `${blockingCalls} blocking call${blockingCalls === 1 ? '' : 's'}`),
    metric('lag', maxLagMs, 'Longest event-loop lag'),
    metric('overhead', profilingOverheadMs, 'Profiler')
  ].join(', ')
}

const metric = (name: string, ms: number, description: string): string => `${name};dur=${Math.round(ms * 100) / 100};desc="${description}"`
