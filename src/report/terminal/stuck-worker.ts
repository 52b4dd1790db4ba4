import { formatWait } from '../../analysis/text/format.ts'
import { isOwnFile } from '../../analysis/text/places.ts'
import type { Finding } from '../../model/finding.ts'
import type { Location } from '../../model/place.ts'
import { cleanStrings } from '../clean-text.ts'
import { bodyWidth, formatCulprit, proseWidth } from './entry.ts'
import { BADGE, badge } from './heading.ts'
import { createPage, type Page, type TerminalStyle } from './page.ts'
import { shortenMiddle, shortenPath, wrap } from './text-fit.ts'

const MAX_FRAMES = 5
const MAX_NAME = 25

/** What is said at once of a worker that is stuck: the summary comes when the run ends. No newline at either end. */
export function formatStuckWorker(finding: Finding, style: TerminalStyle): string {
  const page = createPage(style)
  const clean = cleanStrings(finding)
  const { durationMs = 0, location, message, test } = clean
  const told = `a worker is stuck: its event loop has not turned for ${formatWait(durationMs)}`
  const body = [
    ...(test ? formatCulprit(page, clean, bodyWidth(page)) : []),
    ...(test && location ? [] : wrap(message, proseWidth(page))),
    ...formatStack(page, clean),
    page.colors.dim('the worker is ended; the run fails')
  ]
  const [first = '', ...more] = wrap(told, page.columns - BADGE.length - 1)
  return [`${badge(page)} ${first}`, ...[...more, ...body].map((line) => ' '.repeat(page.indent) + line)].join('\n')
}

function formatStack(page: Page, { stack, callee }: Finding): string[] {
  const frames = stack.filter(({ file }) => isOwnFile(file)).slice(0, MAX_FRAMES)
  const inside = callee === undefined ? [] : [page.colors.dim('inside ') + callee]
  return [...inside, ...frames.map((frame) => formatFrame(page, frame))]
}

function formatFrame(page: Page, { file, line, column, functionName }: Location): string {
  const { colors, glyphs } = page
  const at = functionName === undefined ? 'at ' : `at ${shortenMiddle(functionName, MAX_NAME, glyphs.ellipsis)}  `
  return colors.dim(at) + colors.cyan(shortenPath(`${file}:${line}:${column}`, bodyWidth(page) - at.length, glyphs.ellipsis))
}
