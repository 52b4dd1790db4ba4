import type { Finding } from '../../model/finding.ts'
import type { RuleSetting } from '../../model/options.ts'
import { isFailure } from '../failing.ts'
import { placeKey } from '../text/places.ts'
import { weightMs } from '../finding-duration.ts'
import { findBlockingCalls } from './blocking-call.ts'
import type { Left, Observed, RuleContext } from './context.ts'
import { findLeftPromises } from './floating-promise.ts'
import { findLeakedResources } from './leaked-resource.ts'
import { findStarvation } from './loop-starvation.ts'
import { causeKey, findSyncCalls } from './sync-call.ts'
import { findUnhandled } from './unhandled-rejection.ts'

/** All findings over one test or file: one per rule, place, test and request. */
export function findAll({ stretches, starved, syncCalls }: Observed, context: RuleContext): Finding[] {
  const { allow = (finding) => finding } = context
  const blocking = findBlockingCalls(stretches, context).map(allow)
  const starvation = findStarvation(starved, context).map(allow)
  const sync = findSyncCalls(
    syncCalls,
    blocking.filter((finding) => isToldAs(finding, context.rules['sync-call'])),
    context
  ).map(allow)
  // What fails as a sync call is not told as a warning, too.
  const failing = new Set(sync.filter(isFailure).map(causeKey))
  return mergeFindings([...blocking.filter((finding) => isFailure(finding) || !failing.has(causeKey(finding))), ...starvation, ...sync])
}

/**
 * Whether a finding of another rule tells of what a rule with this setting would: it is shown, decided, and fails where the other would.
 * One cause is one finding, but none that is weaker.
 */
const isToldAs = ({ status, confidence, severity }: Finding, setting: RuleSetting): boolean =>
  status !== 'allowed' && confidence !== 'inconclusive' && !isWeaker(severity, setting)

export function findLeftovers({ resources, promises, rejected }: Left, context: RuleContext): Finding[] {
  const { allow = (finding) => finding } = context
  // A promise whose cause is told by another rule is told as that, unless that would be weaker.
  const { rules } = context
  const own = promises.filter(({ coveredBy }) => coveredBy === undefined || isWeaker(rules[coveredBy], rules['floating-promise']))
  const findings = [...findUnhandled(rejected, context), ...findLeakedResources(resources, context), ...findLeftPromises(own, context)]
  return mergeFindings(findings.map(allow))
}

const STRENGTH: Record<RuleSetting, number> = { off: 0, warn: 1, error: 2 }
const isWeaker = (a: RuleSetting, b: RuleSetting): boolean => STRENGTH[a] < STRENGTH[b]

/** Repeats at one place become one finding: the longest, with the count of all. */
export function mergeFindings(findings: readonly Finding[]): Finding[] {
  const merged = new Map<string, Finding>()
  for (const finding of findings) {
    const { request, severity, status } = finding
    const inconclusive = finding.confidence === 'inconclusive'
    // Two tests of one name may have rules of their own, and a warning must not hide an error.
    const key = [finding.fingerprint, placeKey(finding), request?.method, request?.url, inconclusive, status, severity].join('\n')
    const known = merged.get(key)
    if (known === undefined) merged.set(key, finding)
    else merged.set(key, mergeTwo(known, finding))
  }
  return [...merged.values()]
}

function mergeTwo(a: Finding, b: Finding): Finding {
  const longest = weightMs(b) > weightMs(a) ? b : a
  return { ...longest, occurrences: a.occurrences + b.occurrences, victims: [...a.victims, ...b.victims] }
}
