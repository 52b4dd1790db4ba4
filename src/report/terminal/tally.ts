import { RULES } from '../../analysis/rules/catalog.ts'
import type { Finding, Severity } from '../../model/finding.ts'
import { isInconclusive, type ReportParts } from '../report-parts.ts'
import { formatCount } from '../units.ts'
import type { Page, Span } from './page.ts'

/** What one test did, for the end of its line: `2 blocking · 1 leak`; empty when there is nothing to tell. */
export function formatTestShort(findings: readonly Finding[], { unicode }: { unicode: boolean }): string {
  const told = findings.filter((finding) => finding.status === 'new' && !isInconclusive(finding))
  return countByRule(told)
    .map(({ text }) => text)
    .join(unicode ? ' · ' : ' - ')
}

/** What the run came to; empty when there is nothing to count. */
export function tallySpans(page: Page, parts: ReportParts): Span[] {
  const { red, yellow } = page.colors
  const found = countByRule(parts.found).map(({ text, severity }) => {
    return { text, paint: severity === 'error' ? red : yellow }
  })
  return [...found, ...settledSpans(page, parts)]
}

/** What needs nobody: shown when all is well, too. */
export function settledSpans(page: Page, parts: ReportParts, { reasons = true } = {}): Span[] {
  const { colors } = page
  const { allowed, known, budgets, over } = parts
  const spans = doubtSpans(page, parts, reasons)
  if (allowed > 0) spans.push({ text: `${allowed} allowed`, paint: colors.dim })
  if (known > 0) spans.push({ text: `${known} known`, paint: colors.dim })
  if (budgets.all > 0) {
    const paint = over.length > 0 ? colors.red : colors.dim
    spans.push({ text: `budgets ${budgets.within} of ${budgets.all} within`, paint })
  }
  return spans
}

function countByRule(findings: readonly Finding[]): { text: string; severity: Severity }[] {
  return IN_ORDER.flatMap(({ name, counted }) => {
    const ofRule = findings.filter((finding) => finding.rule === name)
    if (ofRule.length === 0) return []
    const severity = ofRule.some((finding) => finding.severity === 'error') ? 'error' : 'warn'
    return [{ text: formatCount(ofRule.length, ...counted), severity }]
  })
}

/** Tests that failed come first. */
const IN_ORDER = Object.values(RULES).toSorted((a, b) => Number(b.failedByVitest === 'test') - Number(a.failedByVitest === 'test'))

function doubtSpans({ colors }: Page, { inconclusive, undecided, counted }: ReportParts, reasons: boolean): Span[] {
  const count = inconclusive.length + undecided.length + counted.stolen + counted.doubtful
  if (count === 0) return []
  const stolen = reasons && undecided.length + counted.doubtful === 0 && inconclusive.every(wasRobbed)
  return [{ text: `${count} inconclusive${stolen ? ' (CPU was taken by other processes)' : ''}`, paint: colors.dim }]
}

/** Without the stolen time it would have been no finding: that, and no debugger or suspension, is the doubt. */
function wasRobbed({ durationMs = 0, evidence: { stolenMs = 0, thresholdMs = 0 } }: Finding): boolean {
  return stolenMs > 0 && durationMs - stolenMs <= thresholdMs
}
