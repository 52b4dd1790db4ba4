import type { BudgetVerdict } from '../../model/report.ts'
import type { OverBudget } from '../report-parts.ts'
import { formatDuration } from '../units.ts'
import { bodyWidth, formatEntry, formatHint, formatPlace } from './entry.ts'
import type { Page } from './page.ts'
import { shortenMiddle } from './text-fit.ts'

/**
 * One budget that was gone over: what was measured, who had it, the lines that used it up, and the way out.
 * @param short a failure has told the lines and the way out
 */
export function formatOverBudget(page: Page, { verdict, finding }: OverBudget, short: boolean): string[] {
  const { ellipsis } = page.glyphs
  const scope = formatBudgetScope(verdict)
  return formatEntry(page, {
    severity: finding?.severity ?? 'over',
    amount: formatBudget(verdict),
    label: 'lag-budget',
    body: [
      shortenMiddle(scope, bodyWidth(page), ellipsis),
      ...(short ? [] : [...formatContributors(page, verdict), ...formatHint(page, finding?.hint ?? '')])
    ]
  })
}

/** `maxLag 34 ms, allowed 20 ms`. */
export function formatBudget({ budget, measured, allowed }: BudgetVerdict): string {
  const format = TIMES.test(budget) ? formatDuration : String
  return `${budget} ${format(measured)}, allowed ${format(allowed)}`
}

// The other budgets are counts.
const TIMES = /lag$|^totalBlocking$/i

export function formatBudgetScope({ scope: { request, test, file, files } }: BudgetVerdict): string {
  const ran = [file, test].filter((part) => part !== undefined).join(' > ')
  const parts = [request, ran === '' ? undefined : ran].filter((part) => part !== undefined)
  if (parts.length > 0) return parts.join(' in ')
  return files === undefined ? 'the whole run' : `files ${files}`
}

function formatContributors(page: Page, { contributors }: BudgetVerdict): string[] {
  const shown = contributors.slice(0, MAX_CONTRIBUTORS)
  const lines = shown.flatMap((location) => formatPlace(page, location, bodyWidth(page), 'at '))
  const rest = contributors.length - shown.length
  return rest > 0 ? [...lines, page.colors.dim(`and ${rest} more`)] : lines
}

const MAX_CONTRIBUTORS = 3
