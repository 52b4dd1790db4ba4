import { codeFrameColumns } from '@babel/code-frame'
import type { Location } from '../../model/place.ts'
import { cleanCodeLine } from '../clean-text.ts'
import { graphemes, graphemeWidth } from './text-fit.ts'

export interface CodeFrameStyle {
  color: boolean
  /** Longer lines are cut. */
  width: number
  ellipsis: string
}

/** Three lines of source with the location's own marked; none where the source has no such line. */
export function formatCodeFrame(source: string, location: Location, style: CodeFrameStyle): string[] {
  const lines = source.split(NEWLINE)
  if (location.line < 1 || location.line > lines.length) return []
  const shown = shapeShownLines(lines, location, style)
  const frame = codeFrameColumns(
    shown.join('\n'),
    { start: { line: location.line } },
    { linesAbove: 1, linesBelow: 1, forceColor: style.color && source.length < HIGHLIGHT_LIMIT }
  )
  // Babel resets around the whole frame: each line stands for itself here.
  return frame
    .replaceAll(RESET, '')
    .split('\n')
    .map((line) => cutLine(line, style))
}

// Babel's own list: a line number has to mean the same line here and there.
const NEWLINE = /\r\n|[\n\r\u2028\u2029]/

// The whole file is tokenised, for a line may stand inside a template or a comment. Bundles are not worth that.
const HIGHLIGHT_LIMIT = 300_000

/** Takes away what would push the code out of sight: shared indentation, and a long line's start before the column. */
function shapeShownLines(lines: string[], location: Location, style: CodeFrameStyle): string[] {
  const first = Math.max(location.line - 2, 0)
  const end = Math.min(location.line + 1, lines.length)
  const cleaned = lines.slice(first, end).map(cleanCodeLine)
  const indents = cleaned.filter((line) => line !== '').map((line) => line.length - line.trimStart().length)
  const indent = Math.min(...indents, MAX_DEDENT)
  const gutter = `> ${end} | `.length
  const room = style.width - gutter
  const shaped = cleaned.map((line, index) => {
    const column = first + index === location.line - 1 ? location.column - indent : 0
    return scrollTo(line.slice(indent), column, room, style.ellipsis)
  })
  return [...lines.slice(0, first), ...shaped, ...lines.slice(end)]
}

const MAX_DEDENT = 1_000

/** A minified line is one long line: the place to see is around the column. */
function scrollTo(line: string, column: number, room: number, ellipsis: string): string {
  if (line.length <= room || column <= room * (2 / 3)) return line
  return ellipsis + line.slice(column - Math.floor(room / 3))
}

/** Cuts by what is visible; colours that are open at the cut are closed. */
function cutLine(line: string, { width, ellipsis }: CodeFrameStyle): string {
  const parts = line.split(COLOR)
  const visible = parts.map((part) => (part.startsWith('\x1b') ? [] : graphemes(part)))
  const total = visible.flat().reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0)
  if (total <= width) return line
  let left = width - ellipsis.length
  let cut = ''
  for (const [index, part] of parts.entries()) {
    if (part.startsWith('\x1b')) {
      cut += part
      continue
    }
    for (const grapheme of visible[index] ?? []) {
      left -= graphemeWidth(grapheme)
      if (left < 0) return cut + ellipsis + (parts.length > 1 ? RESET : '')
      cut += grapheme
    }
  }
  return cut
}

// oxlint-disable-next-line no-control-regex
const COLOR = /(\x1b\[[0-9;]*m)/
const RESET = '\x1b[0m'
