import type { Report } from '../model.ts'
import { cleanStrings } from './clean-text.ts'
import { groupFindings, type FindingGroup } from './finding-groups.ts'
import { sortParts, type ReportParts } from './report-parts.ts'
import { formatOverBudget } from './terminal-budget.ts'
import { formatFinding } from './terminal-finding.ts'
import { formatAllWell, formatHeading } from './terminal-heading.ts'
import { formatInconclusive } from './terminal-inconclusive.ts'
import { createPage, flowSpans, type Page, type Paint, type SourceReader, type TerminalStyle } from './terminal-page.ts'
import { tallySpans } from './terminal-tally.ts'
import { wrap } from './text-fit.ts'
import { formatCount } from './units.ts'

export { formatTestShort } from './terminal-tally.ts'
export type { SourceReader, TerminalStyle } from './terminal-page.ts'

/** The summary after Vitest's own: one line when all is well, else what to mend. No newline at either end. */
export function formatTerminal(report: Report, style: TerminalStyle, readSource: SourceReader): string {
  const page = createPage(style)
  const clean = cleanReport(report)
  const parts = sortParts(clean)
  const notices = noticesOf(clean)
  const { failures = [] } = clean
  if (isAllWell(parts, [...notices, ...failures])) return formatAllWell(page, clean, parts)
  const sections = [
    formatHeading(page, clean),
    ...formatFindings(page, groupFindings(parts.found), readSource),
    ...formatBudgets(page, parts),
    formatInconclusive(page, parts),
    notices.flatMap((notice) => formatMargin(page, { label: 'note', paint: page.colors.dim }, notice)),
    formatTally(page, parts),
    failures.flatMap((reason) => formatMargin(page, { label: 'fail', paint: page.colors.red }, `the run fails because ${reason}`))
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

const MAX_ENTRIES = 10

/** Profiles hold no text that is shown, and there are thousands of them. */
function cleanReport(report: Report): Report {
  const { backend, notices, failures = [], findings, budgets } = report
  return { ...report, ...cleanStrings({ backend, notices, failures, findings, budgets }) }
}

/** A fallback is told like a notice, once: the reporter may have put it there too. */
function noticesOf({ backend: { fallback }, notices }: Report): string[] {
  return [...new Set(fallback === undefined ? notices : [fallback, ...notices])]
}

function isAllWell({ found, over, inconclusive, undecided }: ReportParts, sentences: string[]): boolean {
  return [found, over, inconclusive, undecided, sentences].every(({ length }) => length === 0)
}

function formatFindings(page: Page, groups: FindingGroup[], readSource: SourceReader): string[][] {
  const shown = groups.slice(0, MAX_ENTRIES).map((group) => formatFinding(page, group, readSource))
  const rest = groups.slice(MAX_ENTRIES)
  if (rest.length === 0) return shown
  const errors = rest.filter(({ severity }) => severity === 'error').length
  const severities = errors > 0 ? `, ${formatCount(errors, 'error')} among them` : ''
  const line = `and ${formatCount(rest.length, 'more place', 'more places')}${severities}`
  return [...shown, [' '.repeat(page.indent) + page.colors.dim(line)]]
}

function formatBudgets(page: Page, { over }: ReportParts): string[][] {
  const shown = over.slice(0, MAX_ENTRIES).map((budget) => formatOverBudget(page, budget))
  const rest = over.length - shown.length
  if (rest <= 0) return shown
  const line = `and ${formatCount(rest, 'more budget')} gone over`
  return [...shown, [' '.repeat(page.indent) + page.colors.dim(line)]]
}

interface Margin {
  label: string
  paint: Paint
}

/** A sentence beside its label. */
function formatMargin(page: Page, { label, paint }: Margin, sentence: string): string[] {
  const margin = `  ${paint(label)}  `
  const indent = `  ${label}  `.length
  const lines = wrap(sentence, page.measure - indent)
  return lines.map((line, index) => (index === 0 ? margin : ' '.repeat(indent)) + line)
}

function formatTally(page: Page, parts: ReportParts): string[] {
  const spans = tallySpans(page, parts)
  const told = spans.length > 0 ? spans : [{ text: 'no findings', paint: page.colors.green }]
  return flowSpans(page, told, page.measure - 2).map((line) => ` ${line}`)
}
