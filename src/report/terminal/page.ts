import { createColors } from 'picocolors'
import { textWidth, wrap } from './text-fit.ts'

export interface TerminalStyle {
  /** `NO_COLOR`, pipes and the like are the caller's to know. */
  color: boolean
  /** Width of the terminal; `0` where it is unknown. */
  columns: number
  /** Whether the terminal shows more than ASCII. */
  unicode: boolean
}

/** The text of a file of the project, by its path in the report; nothing where it cannot be read. */
export type SourceReader = (file: string) => string | undefined

export type Paint = (text: string) => string

/** Text that is measured and cut bare, and painted last. */
export interface Span {
  text: string
  paint?: Paint
}

/** What every section needs to draw itself. */
export interface Page {
  style: TerminalStyle
  /** Columns for names and code: all there are. */
  columns: number
  /** Columns for prose and headers: long lines read badly. */
  measure: number
  /** Where a finding's body starts. */
  indent: number
  glyphs: { dot: string; times: string; ellipsis: string; arrow: string }
  colors: ReturnType<typeof createColors>
}

export function createPage(style: TerminalStyle): Page {
  const known = style.columns > 0 ? style.columns : 80
  const columns = Math.max(known, 40)
  return {
    style,
    columns,
    measure: Math.min(columns, 100),
    indent: columns < 60 ? 3 : 8,
    glyphs: style.unicode ? { dot: '·', times: '×', ellipsis: '…', arrow: '→' } : { dot: '-', times: 'x', ellipsis: '...', arrow: '->' },
    colors: createColors(style.color)
  }
}

/** Spans with dots between, on as many lines as they need; no span is broken unless it is longer than a line. */
export function flowSpans(page: Page, spans: Span[], width: number): string[] {
  const between = ` ${page.glyphs.dot} `
  const lines: string[] = []
  let line = ''
  let used = 0
  for (const { text, paint = plain } of spans) {
    for (const [index, piece] of wrap(text, width).entries()) {
      if (used > 0 && (index > 0 || used + between.length + textWidth(piece) > width)) {
        lines.push(line)
        line = ''
        used = 0
      }
      if (used > 0) line += page.colors.dim(between)
      line += paint(piece)
      used += textWidth(piece) + (used > 0 ? between.length : 0)
    }
  }
  return used > 0 ? [...lines, line] : lines
}

function plain(text: string): string {
  return text
}
