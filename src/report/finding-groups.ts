import { placeKey } from '../analysis/text/places.ts'
import { weightMs } from '../analysis/finding-duration.ts'
import type { Finding, Severity } from '../model/finding.ts'
import type { Victim } from '../model/place.ts'

/**
 * One place to mend: all findings of one rule at one line, or of one thing whose line is unknown, whichever tests and requests ran into it.
 */
export interface FindingGroup {
  /** The longest of them; what is said of the place is said of this one. */
  worst: Finding
  /** Worst first. */
  findings: Finding[]
  severity: Severity
  occurrences: number
  delayed: Delayed
}

/** Who else had to wait. */
export interface Delayed {
  tests: number
  requests: number
  maxDelayMs: number
}

/** Groups by place, worst first. Findings without a line are grouped where they are one thing. */
export function groupFindings(findings: readonly Finding[]): FindingGroup[] {
  const groups = Map.groupBy(findings.toSorted(byWeight), placeKey)
  return Array.from(groups.values(), toGroup).toSorted(
    (a, b) => byDuration(a.worst, b.worst) || errorsFirst(a, b) || compareText(placeKey(a.worst), placeKey(b.worst))
  )
}

/** Errors, then the first of each rule in turn: many leaks do not push the only stall out of sight. Both lists keep their order. */
export function chooseGroups(groups: readonly FindingGroup[], max: number): { chosen: FindingGroup[]; rest: FindingGroup[] } {
  const rank = new Map<FindingGroup, number>()
  for (const ofRule of Map.groupBy(groups, ({ worst }) => worst.rule).values()) {
    for (const [index, group] of ofRule.entries()) rank.set(group, index)
  }
  const first = new Set(groups.toSorted((a, b) => errorsFirst(a, b) || rank.get(a)! - rank.get(b)!).slice(0, max))
  return { chosen: groups.filter((group) => first.has(group)), rest: groups.filter((group) => !first.has(group)) }
}

function byWeight(a: Finding, b: Finding): number {
  return weightMs(b) - weightMs(a) || errorsFirst(a, b)
}

export function errorsFirst(a: { severity: Severity }, b: { severity: Severity }): number {
  return Number(b.severity === 'error') - Number(a.severity === 'error')
}

/** In what is shown, the longer ones first. */
const byDuration = (a: Finding, b: Finding): number => (b.durationMs ?? 0) - (a.durationMs ?? 0)

/** Line 9 before line 10, and by code units, not by locale: the order is the same on every machine. */
const { compare: compareText } = new Intl.Collator('en', { numeric: true })

function toGroup(findings: Finding[]): FindingGroup {
  return {
    worst: findings[0] as Finding,
    findings,
    severity: findings.some(({ severity }) => severity === 'error') ? 'error' : 'warn',
    occurrences: findings.reduce((sum, { occurrences }) => sum + occurrences, 0),
    delayed: sumDelayed(findings)
  }
}

/** Each victim once. A request of the culprit's own test is told as a request: the test is not another one. */
function sumDelayed(findings: Finding[]): Delayed {
  const tests = new Set<string>()
  const requests = new Set<string>()
  let maxDelayMs = 0
  for (const finding of findings) {
    for (const victim of finding.victims) {
      maxDelayMs = Math.max(maxDelayMs, victim.delayMs)
      if (victim.test && !isOwnTest(victim, finding)) tests.add(JSON.stringify(victim.test))
      else if (victim.request) requests.add(JSON.stringify([victim.test, victim.request]))
    }
  }
  return { tests: tests.size, requests: requests.size, maxDelayMs }
}

function isOwnTest({ test }: Victim, finding: Finding): boolean {
  return test?.file === finding.test?.file && test?.name === finding.test?.name
}
