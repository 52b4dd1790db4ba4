import type { Finding } from '../../model/finding.ts'
import type { PlacedSyncCall } from '../../model/measured.ts'
import type { Culprit, Location } from '../../model/place.ts'
import { namesOf } from '../culprit.ts'
import { fingerprint } from '../fingerprint.ts'
import { hintFor } from '../stalls/hints.ts'
import { formatMs } from '../text/format.ts'
import { calleeText, describePlace } from '../text/places.ts'
import type { RuleContext } from './context.ts'
import type { Rule } from './rule.ts'

/** A sync API that was called while a request was served, however short it was. */
export const SYNC_CALL: Rule = {
  name: 'sync-call',
  default: 'off',
  code: 'ERR_SYNC_CALL',
  label: 'sync',
  counted: ['sync call', 'sync calls'],
  standsOn: 'stalls'
}

/** The findings of the rule `sync-call`, but for calls that are told already. */
export function findSyncCalls(calls: readonly PlacedSyncCall[], told: readonly Finding[], { file, rules }: RuleContext): Finding[] {
  const severity = rules['sync-call']
  if (severity === 'off') return []
  const causes = new Set(told.map(causeKey))
  return calls
    .filter(({ location, culprit }) => !causes.has(keyOf(location, culprit)))
    .map((call): Finding => {
      const { kind, calls: count, totalMs, longestMs, location, stack, culprit } = call
      const text = calleeText(call)
      const taken = count === 1 ? formatMs(longestMs) : `${count} calls, ${formatMs(totalMs)} in all`
      return {
        rule: 'sync-call',
        severity,
        confidence: 'certain',
        status: 'new',
        message: `${describePlace(call)} keeps the event loop while it works: ${taken}`,
        hint: hintFor(call),
        kind,
        durationMs: longestMs,
        ...(location && { location }),
        ...(text !== undefined && { callee: text }),
        stack,
        file,
        ...namesOf(culprit),
        evidence: { calls: count, totalMs },
        victims: [],
        occurrences: count,
        fingerprint: fingerprint('sync-call', file, culprit, location, call.callee)
      }
    })
}

/** The same for findings of one line, test and request. */
export const causeKey = ({ location, test, request }: Finding): string =>
  keyOf(location, { ...(test && { test }), ...(request && { request }) })

function keyOf(location: Location | undefined, { test, request }: Pick<Culprit, 'test' | 'request'>): string {
  return JSON.stringify([location?.file, location?.line, test, request])
}
