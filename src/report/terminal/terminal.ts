import { isFailure } from '../../analysis/failing.ts'
import type { Finding } from '../../model/finding.ts'
import type { Report } from '../../model/report.ts'
import { cleanStrings } from '../clean-text.ts'
import { chooseGroups, groupFindings, type FindingGroup } from '../finding-groups.ts'
import { sortParts, type ReportParts } from '../report-parts.ts'
import { formatCount } from '../units.ts'
import { formatOverBudget } from './budget.ts'
import { formatFinding } from './finding.ts'
import { formatAllWell, formatHeading } from './heading.ts'
import { formatInconclusive } from './inconclusive.ts'
import { createPage, flowSpans, type Page, type Paint, type SourceReader, type TerminalStyle } from './page.ts'
import { tallySpans } from './tally.ts'
import { wrap } from './text-fit.ts'

export { formatTestShort } from './tally.ts'
export type { SourceReader, TerminalStyle } from './page.ts'

/**
 * The summary after Vitest's own: one line when all is well, else what to mend. No newline at either end.
 * @param reportFile where all of it can be read, if anywhere
 */
export function formatTerminal(report: Report, style: TerminalStyle, readSource: SourceReader, reportFile?: string): string {
  const page = createPage(style)
  const clean = cleanReport(report)
  const parts = sortParts(clean)
  const notices = noticesOf(clean)
  const { failures = [] } = clean
  if (isAllWell(parts, [...notices, ...failures])) return formatAllWell(page, clean, parts)
  const wasShown = shownByFailures(clean)
  const sections = [
    formatHeading(page, clean),
    ...formatFindings(page, groupFindings(parts.found), { readSource, wasShown, reportFile }),
    ...formatBudgets(page, parts, wasShown),
    formatInconclusive(page, parts),
    notices.flatMap((notice) => formatMargin(page, { label: 'note', paint: page.colors.dim }, notice)),
    formatTally(page, parts),
    failures.flatMap((reason) =>
      formatMargin(page, { label: 'fail', paint: page.colors.red }, `the run fails because ${reason.replace(/^the run /, 'it ')}`)
    )
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

interface Sources {
  readSource: SourceReader
  wasShown: (finding: Finding) => boolean
  reportFile: string | undefined
}

function formatFindings(page: Page, groups: FindingGroup[], { readSource, wasShown, reportFile }: Sources): string[][] {
  const { chosen, rest } = chooseGroups(groups, MAX_ENTRIES)
  const shown = chosen.map((group) => formatFinding(page, group, { readSource, short: group.findings.every(wasShown) }))
  if (rest.length === 0) return shown
  const errors = rest.filter(({ severity }) => severity === 'error').length
  const severities = errors > 0 ? `, ${formatCount(errors, 'error')} among them` : ''
  const where = reportFile === undefined ? "report: { json: 'async-report.json' } would list them" : `all are in ${reportFile}`
  const line = `and ${formatCount(rest.length, 'more place', 'more places')}${severities}; ${where}`
  return [...shown, wrap(line, page.measure - page.indent).map((text) => ' '.repeat(page.indent) + page.colors.dim(text))]
}

/** Errors have failed their test or file, with stack, code and hint; not those of a test that is expected to fail. */
function shownByFailures({ tests }: Report): (finding: Finding) => boolean {
  const passed = new Set(tests.flatMap(({ file, name, state }) => (state === 'failed' ? [] : [JSON.stringify([file, name])])))
  return (finding) => isFailure(finding) && !(finding.test && passed.has(JSON.stringify([finding.test.file, finding.test.name])))
}

function formatBudgets(page: Page, { over }: ReportParts, wasShown: Sources['wasShown']): string[][] {
  const shown = over
    .slice(0, MAX_ENTRIES)
    .map((budget) => formatOverBudget(page, budget, budget.finding !== undefined && wasShown(budget.finding)))
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
