import { RULES } from '../../analysis/rules/catalog.ts'
import { functionPlace, isOwnFile } from '../../analysis/text/places.ts'
import type { Finding, Wait } from '../../model/finding.ts'
import type { Delayed, FindingGroup } from '../finding-groups.ts'
import { formatCount, formatDuration } from '../units.ts'
import { formatCodeFrame } from './code-frame.ts'
import { bodyWidth, formatCulprit, formatEntry, formatHint, formatPlace, proseWidth } from './entry.ts'
import type { Page, SourceReader } from './page.ts'
import { shortenMiddle, wrap } from './text-fit.ts'

interface Telling {
  readSource: SourceReader
  /** Its failures have told the rest. */
  short: boolean
}

/** One place: what happened there, in whose tests and to whose cost, the code, and the way out. */
export function formatFinding(page: Page, group: FindingGroup, { readSource, short }: Telling): string[] {
  const { worst, severity } = group
  return formatEntry(page, {
    severity,
    amount: worst.durationMs === undefined ? RULES[worst.rule].label : formatDuration(worst.durationMs),
    place: { location: worst.location, within: functionPlace(worst), certain: worst.confidence === 'certain' },
    label: worst.kind && worst.kind !== 'unknown' ? `${worst.rule} ${page.glyphs.dot} ${worst.kind}` : worst.rule,
    body: short
      ? formatFacts(page, group)
      : [
          ...formatMessage(page, worst),
          ...formatCulprits(page, group),
          ...formatFacts(page, group),
          ...(isShownByVitest(worst) ? [] : formatDetails(page, worst, readSource))
        ]
  })
}

/** Errors that nobody handled, and tests that timed out: Vitest's own report has their stack, their code and what they waited for. */
const isShownByVitest = ({ rule, evidence }: Finding): boolean =>
  rule === 'unhandled-rejection' || (rule === 'stuck-test' && evidence['elapsedMs'] !== undefined)

const formatDetails = (page: Page, finding: Finding, readSource: SourceReader): string[] => [
  ...formatWaits(page, finding.waits ?? []),
  ...formatInside(page, finding),
  ...formatCode(page, finding, readSource),
  ...formatHint(page, finding.hint)
]

/** A measured blocking call is told by its header and its code already. */
function formatMessage(page: Page, { rule, location, confidence, message }: Finding): string[] {
  if (rule === 'blocking-call' && location && confidence === 'certain') return []
  return wrap(message, proseWidth(page))
}

function formatCulprits(page: Page, { findings }: FindingGroup): string[] {
  // One request may stall at one place by two kinds of work.
  const each = Map.groupBy(findings, ({ file, test, request }) => JSON.stringify([file, test, request]))
  const culprits = Array.from(each.values(), ([finding]) => formatCulprit(page, finding!, bodyWidth(page)))
  const shown = culprits.slice(0, MAX_CULPRITS).flat()
  const rest = culprits.length - MAX_CULPRITS
  return rest > 0 ? [...shown, page.colors.dim(`and ${rest} more`)] : shown
}

const MAX_CULPRITS = 3

function formatFacts(page: Page, { findings, occurrences, delayed }: FindingGroup): string[] {
  const tests = new Set(findings.flatMap(({ test }) => (test ? [JSON.stringify(test)] : []))).size
  const facts: string[] = []
  if (occurrences > 1) facts.push(page.glyphs.times + occurrences + (tests > 1 ? ` in ${tests} tests` : ''))
  facts.push(...formatDelayed(delayed))
  return wrap(facts.join(', '), proseWidth(page))
}

function formatDelayed({ tests, requests, maxDelayMs }: Delayed): string[] {
  const others: string[] = []
  if (tests > 0) others.push(formatCount(tests, 'other test'))
  if (requests > 0) others.push(formatCount(requests, 'other request'))
  return others.length > 0 ? [`delayed ${others.join(' and ')} by up to ${formatDuration(maxDelayMs)}`] : []
}

/** The tree of what is waited for, one line each. */
function formatWaits(page: Page, waits: Wait[]): string[] {
  const lines = flattenWaits(waits, 0)
  const shown = lines.slice(0, MAX_WAITS).flatMap(({ wait, depth }) => {
    const pad = '  '.repeat(depth)
    const { on, detail, location } = wait
    const told = wrap(`waits for ${on}${detail === undefined ? '' : `, ${detail}`}`, proseWidth(page) - pad.length)
    const place = location ? formatPlace(page, location, bodyWidth(page) - pad.length - 2) : []
    return [...told.map((line) => pad + line), ...place.map((line) => `${pad}  ${line}`)]
  })
  const rest = lines.length - MAX_WAITS
  return rest > 0 ? [...shown, page.colors.dim(`and ${rest} more`)] : shown
}

const MAX_WAITS = 5

// Deeper than this a wait is the framework's, and the indentation would leave no room in narrow terminals.
const MAX_DEPTH = 3

function flattenWaits(waits: Wait[], depth: number): { wait: Wait; depth: number }[] {
  if (depth > MAX_DEPTH) return []
  return waits.flatMap((wait) => [{ wait, depth }, ...flattenWaits(wait.waits ?? [], depth + 1)])
}

/** Where the time went below the line to blame, if that is a dependency's code or Node's. */
function formatInside(page: Page, { location, callee, stack: [innermost] }: Finding): string[] {
  if (callee !== undefined)
    return [page.colors.dim('inside ') + shortenMiddle(callee, bodyWidth(page) - 'inside '.length, page.glyphs.ellipsis)]
  if (!innermost || isOwnFile(innermost.file)) return []
  if (location?.file === innermost.file) return []
  return formatPlace(page, innermost, bodyWidth(page), 'inside ')
}

function formatCode(page: Page, { location }: Finding, readSource: SourceReader): string[] {
  if (!location) return []
  const source = readSource(location.file)
  if (source === undefined) return []
  const { style, glyphs } = page
  return formatCodeFrame(source, location, { color: style.color, width: bodyWidth(page), ellipsis: glyphs.ellipsis })
}
