/** Columns that a text takes in a terminal: two for East Asian and emoji characters, none for combining marks. */
export function textWidth(text: string): number {
  if (NARROW_ONLY.test(text)) return text.length
  return graphemes(text).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0)
}

/** Cuts the middle out: a path's or a test name's end says most, so it keeps two thirds. */
export function shortenMiddle(text: string, width: number, ellipsis: string): string {
  if (textWidth(text) <= width) return text
  const room = width - textWidth(ellipsis)
  const tail = takeEnd(text, Math.ceil((room * 2) / 3))
  return takeStart(text, room - textWidth(tail)) + ellipsis + tail
}

/** Leaves out directories in the middle, the name and its line never; a name that is too long by itself is cut. */
export function shortenPath(path: string, width: number, ellipsis: string): string {
  const parts = path.split('/')
  const join = (head: number, tail: number) => [...parts.slice(0, head), ellipsis, ...parts.slice(-tail)].join('/')
  const fits = (text: string) => textWidth(text) <= width
  if (fits(path)) return path
  let head = 0
  let tail = 1
  while (head + tail < parts.length) {
    if (head < tail && fits(join(head + 1, tail))) head += 1
    else if (fits(join(head, tail + 1))) tail += 1
    else break
  }
  return fits(join(head, tail)) ? join(head, tail) : shortenMiddle(path, width, ellipsis)
}

export function shortenEnd(text: string, width: number, ellipsis: string): string {
  if (textWidth(text) <= width) return text
  return takeStart(text, width - textWidth(ellipsis)) + ellipsis
}

/** Lines of at most `width` columns, broken at spaces; a word that is longer than a line is broken anywhere. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((word) => breakWord(word, width))) {
    const longer = line === '' ? word : `${line} ${word}`
    if (textWidth(longer) <= width) {
      line = longer
      continue
    }
    lines.push(line)
    line = word
  }
  return line === '' ? lines : [...lines, line]
}

function breakWord(word: string, width: number): string[] {
  const parts: string[] = []
  let rest = word
  while (textWidth(rest) > width) {
    const part = takeStart(rest, width)
    parts.push(part)
    rest = rest.slice(part.length)
  }
  return [...parts, rest]
}

function takeStart(text: string, width: number): string {
  let taken = ''
  let used = 0
  for (const grapheme of graphemes(text)) {
    used += graphemeWidth(grapheme)
    if (used > width) break
    taken += grapheme
  }
  return taken
}

function takeEnd(text: string, width: number): string {
  let taken = ''
  let used = 0
  for (const grapheme of graphemes(text).toReversed()) {
    used += graphemeWidth(grapheme)
    if (used > width) break
    taken = grapheme + taken
  }
  return taken
}

const segmenter = new Intl.Segmenter()

/** What a reader sees as one character, so that no cut falls inside an emoji or before an accent. */
export function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

export function graphemeWidth(grapheme: string): number {
  if (MARKS_ONLY.test(grapheme)) return 0
  return WIDE.test(grapheme) ? 2 : 1
}

const NARROW_ONLY = /^[\x20-\x7e·×…]*$/
const MARKS_ONLY = /^[\p{M}\u200c\u200d]+$/u
// Unicode's East Asian Width, W and F: Hangul, CJK and its punctuation, kana, full-width forms, the later planes.
const EAST_ASIAN =
  '\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\ua4cf\\ua960-\\ua97c\\uac00-\\ud7a3' +
  '\\uf900-\\ufaff\\ufe30-\\ufe6f\\uff01-\\uff60\\uffe0-\\uffe6\\u{20000}-\\u{3fffd}'
const WIDE = new RegExp(`\\p{Emoji_Presentation}|\\ufe0f|[${EAST_ASIAN}]`, 'u')
