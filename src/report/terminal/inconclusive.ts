import type { Finding } from '../../model/finding.ts'
import type { BudgetVerdict } from '../../model/report.ts'
import { groupFindings } from '../finding-groups.ts'
import type { ReportParts } from '../report-parts.ts'
import { formatDuration } from '../units.ts'
import { formatBudget, formatBudgetScope } from './budget.ts'
import { bodyWidth, formatCulprit, formatPlace, proseWidth } from './entry.ts'
import type { Page } from './page.ts'
import { shortenMiddle, wrap } from './text-fit.ts'

/** What was seen but could not be judged, and why. */
export function formatInconclusive(page: Page, { inconclusive, undecided }: ReportParts): string[] {
  const entries = [
    ...groupFindings(inconclusive).map(({ worst }) => formatDoubt(page, worst)),
    ...undecided.map((verdict) => formatUndecided(page, verdict))
  ]
  if (entries.length === 0) return []
  const pad = ' '.repeat(page.indent)
  const rest = entries.length - MAX_SHOWN
  return [
    ` ${page.colors.bold('inconclusive')}, fails nothing`,
    ...entries
      .slice(0, MAX_SHOWN)
      .flat()
      .map((line) => pad + line),
    ...(rest > 0 ? [`${pad}${page.colors.dim(`and ${rest} more`)}`] : [])
  ]
}

const MAX_SHOWN = 3

function formatDoubt(page: Page, finding: Finding): string[] {
  const { durationMs, location, message } = finding
  const before = durationMs === undefined ? '' : `${formatDuration(durationMs)}  `
  const place = location
    ? formatPlace(page, location, bodyWidth(page), before)
    : formatCulprit(page, finding, bodyWidth(page) - before.length).map((line, index) => (index ? '' : before) + line)
  return [...place, ...wrap(message, proseWidth(page) - 2).map((line) => `  ${page.colors.dim(line)}`)]
}

function formatUndecided(page: Page, verdict: BudgetVerdict): string[] {
  const scope = shortenMiddle(formatBudgetScope(verdict), bodyWidth(page) - 2, page.glyphs.ellipsis)
  return [formatBudget(verdict), `  ${page.colors.dim(scope)}`]
}
