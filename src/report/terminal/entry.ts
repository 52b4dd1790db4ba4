import type { Finding, Severity } from '../../model/finding.ts'
import type { Location } from '../../model/place.ts'
import type { Page } from './page.ts'
import { shortenMiddle, shortenPath, textWidth, wrap } from './text-fit.ts'

export interface Entry {
  /** `over`: a budget whose severity no finding tells. */
  severity: Severity | 'over'
  /** How much: the first thing to read. */
  amount: string
  place?: Place
  /** The rule, and the kind of fault. */
  label: string
  /** Lines of at most the width of the body. */
  body: string[]
}

export interface Place {
  location: Location | undefined
  /** Where no line is known, the own function that it is in. */
  within?: Location | undefined
  /** Whether the line was measured, not inferred. */
  certain: boolean
}

/** One entry of the list: severity in the margin, one header line where it fits, and the body under it. */
export function formatEntry(page: Page, { severity, amount, place, label, body }: Entry): string[] {
  const { colors } = page
  const paint = severity === 'warn' ? colors.yellow : colors.red
  const margin = ` ${colors.bold(paint(severity.padStart(5)))}  `
  const [header, ...rest] = formatHeader(page, amount, place, label)
  const pad = ' '.repeat(page.indent)
  return [margin + header, ...[...rest, ...body].map((line) => pad + line)]
}

/** The way out of a finding. */
export function formatHint(page: Page, hint: string): string[] {
  const { colors, glyphs } = page
  const arrow = `${glyphs.arrow} `
  const lines = wrap(hint, proseWidth(page) - arrow.length)
  return lines.map((line, index) => colors.green((index === 0 ? arrow : ' '.repeat(arrow.length)) + line))
}

/** The width that an entry's body has for names and code. */
export function bodyWidth(page: Page): number {
  return page.columns - page.indent
}

/** The width that an entry's body has for sentences. */
export function proseWidth(page: Page): number {
  return page.measure - page.indent
}

/** `file:line:column`, then the function, on a line of its own where both are too long for one. */
export function formatPlace(page: Page, location: Location, width: number, before = ''): string[] {
  const { colors, glyphs } = page
  const { file, line, column, functionName = '' } = location
  const path = `${file}:${line}:${column}`
  const fits = textWidth(before + path) + 2 + textWidth(functionName) <= width
  const shortPath = colors.cyan(shortenPath(path, width - textWidth(before), glyphs.ellipsis))
  const place = before === '' ? shortPath : colors.dim(before) + shortPath
  if (functionName === '') return [place]
  return fits ? [`${place}  ${functionName}`] : [place, `in ${shortenMiddle(functionName, width - 3, glyphs.ellipsis)}`]
}

type Whose = Pick<Finding, 'file' | 'test' | 'request'>

/** `POST /users in test/users.test.ts > users > signs up`. */
export function formatCulprit(page: Page, { request, test, file }: Whose, width: number): string[] {
  const { ellipsis } = page.glyphs
  const asked = request && `${request.method} ${request.url}`
  const ran = test ? `${test.file} > ${test.name}` : `${file}, outside its tests`
  if (asked === undefined) return [shortenMiddle(ran, width, ellipsis)]
  const together = `${asked} in ${ran}`
  if (textWidth(together) <= width) return [together]
  return [shortenMiddle(asked, width, ellipsis), `in ${shortenMiddle(ran, width - 3, ellipsis)}`]
}

const MARGIN = ' error  '.length

function formatHeader(page: Page, amount: string, place: Place | undefined, label: string): string[] {
  const { colors } = page
  const [first = '', ...more] = wrap(amount, page.columns - MARGIN)
  const bare = place ? barePlace(place) : ''
  const space = page.measure - MARGIN - textWidth(first) - 2
  const gap = space - textWidth(bare) - textWidth(label)
  const shownAmount = colors.bold(first)
  if (gap >= 2 && more.length === 0) {
    const shownPlace = place ? drawPlace(page, place, space)[0] : ''
    return [`${shownAmount}  ${shownPlace}${' '.repeat(gap)}${colors.dim(label)}`]
  }
  const below = place ? drawPlace(page, place, bodyWidth(page)) : []
  if (textWidth(label) <= space && more.length === 0) return [`${shownAmount}  ${colors.dim(label)}`, ...below]
  return [shownAmount, ...more.map(colors.bold), colors.dim(label), ...below]
}

function barePlace({ location, within, certain }: Place): string {
  if (!location) return within ? `${within.file}, ${UNKNOWN}` : UNKNOWN
  const { file, line, column, functionName } = location
  const path = `${certain ? '' : LIKELY}${file}:${line}:${column}`
  return functionName === undefined ? path : `${path}  ${functionName}`
}

function drawPlace(page: Page, { location, within, certain }: Place, width: number): string[] {
  if (!location)
    return [
      within ? `${page.colors.cyan(shortenPath(within.file, width - UNKNOWN.length - 2, page.glyphs.ellipsis))}, ${UNKNOWN}` : UNKNOWN
    ]
  return formatPlace(page, location, width, certain ? '' : LIKELY)
}

const UNKNOWN = 'line unknown'
const LIKELY = 'likely '
