import type { Report } from '../../model/report.ts'
import type { ReportParts } from '../report-parts.ts'
import { formatCount, formatDuration, formatPercent } from '../units.ts'
import { flowSpans, type Page, type Span } from './page.ts'
import { settledSpans } from './tally.ts'
import { shortenEnd, textWidth } from './text-fit.ts'

/** Who looked at what, and what the looking cost. */
export function formatHeading(page: Page, report: Report): string[] {
  const { colors } = page
  const spans = [{ text: countTests(report) }, { text: report.backend.used }, { text: costInFull(report), paint: colors.dim }]
  const lines = flowSpans(page, spans, page.measure - BADGE.length - 1)
  return lines.map((line, index) => (index === 0 ? `${badge(page)} ${line}` : ' '.repeat(BADGE.length + 1) + line))
}

/** The only line of a run with nothing to tell. What does not fit is left out, the least important first. */
export function formatAllWell(page: Page, report: Report, parts: ReportParts): string {
  const { colors, glyphs } = page
  const looked = report.tests.some(({ profile }) => profile)
  const verdict = looked
    ? { text: `no findings in ${countTests(report)}`, paint: colors.green }
    : { text: 'no tests profiled', paint: colors.yellow }
  const backend = { text: report.backend.used }
  const settled = settledSpans(page, parts)
  const brief = settledSpans(page, parts, { reasons: false })
  const full = { text: costInFull(report), paint: colors.dim }
  const short = { text: cost(report), paint: colors.dim }
  const width = page.columns - BADGE.length - 1
  const tries: Span[][] = [
    [verdict, ...settled, backend, full],
    [verdict, ...settled, backend, short],
    [verdict, ...settled, short],
    [verdict, ...settled],
    [verdict, ...brief, short],
    [verdict, ...brief]
  ]
  const fitting = tries.find((spans) => textWidth(spans.map(({ text }) => text).join(' - ')) <= width)
  const spans = fitting ?? [{ ...verdict, text: shortenEnd(verdict.text, width, glyphs.ellipsis) }]
  return `${badge(page)} ${flowSpans(page, spans, width).join('')}`
}

export const BADGE = ' Async '

export function badge({ colors }: Page): string {
  return colors.inverse(colors.bold(BADGE))
}

/** Skipped tests are no gap; a test that ran and has no profile is one. */
function countTests({ tests }: Report): string {
  const profiled = tests.filter(({ profile }) => profile).length
  const ran = tests.filter(({ profile, state }) => profile ?? !NOT_RUN.has(state)).length
  return profiled === ran ? formatCount(ran, 'test') : `${profiled} of ${formatCount(ran, 'test')} profiled`
}

const NOT_RUN = new Set(['skipped', 'pending', 'todo', 'queued'])

/** The base is the run's wall clock; with several workers at once the cost of all of them counts. */
function cost({ overheadMs, durationMs }: Report): string {
  const share = formatPercent(overheadMs, durationMs)
  return share === undefined ? `overhead ${formatDuration(overheadMs)}` : `overhead ${share} of the run`
}

function costInFull(report: Report): string {
  const { overheadMs, durationMs } = report
  return durationMs > 0 ? `${cost(report)}, ${formatDuration(overheadMs)}` : cost(report)
}
