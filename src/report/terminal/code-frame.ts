import { codeFrameColumns } from '@babel/code-frame'
import type { Location } from '../../model/place.ts'
import { cleanCodeLine } from '../clean-text.ts'
import { shortenEnd } from './text-fit.ts'

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
    .map((line) => shortenEnd(line, style.width, style.ellipsis))
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

const RESET = '\x1b[0m'
