import cliTruncate from 'cli-truncate'
import stringWidth from 'string-width'
import wrapAnsi from 'wrap-ansi'

/** Columns that a text takes in a terminal: two for East Asian and emoji characters, none for combining marks and colours. */
export const textWidth = (text: string): number => stringWidth(text)

/** Cuts the middle out: a path's or a test name's end says most, so it keeps two thirds. */
export function shortenMiddle(text: string, width: number, ellipsis: string): string {
  if (textWidth(text) <= width) return text
  const room = width - textWidth(ellipsis)
  const tail = cliTruncate(text, Math.ceil((room * 2) / 3), { position: 'start', truncationCharacter: '' })
  return cliTruncate(text, room - textWidth(tail), { truncationCharacter: '' }) + ellipsis + tail
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

/** Cuts by what is visible; colours that are open at the cut are closed. */
export const shortenEnd = (text: string, width: number, ellipsis: string): string =>
  cliTruncate(text, width, { truncationCharacter: ellipsis })

/** Lines of at most `width` columns, broken at spaces; a word that is longer than a line is broken anywhere. */
export const wrap = (text: string, width: number): string[] =>
  text === '' ? [] : wrapAnsi(text, width, { hard: true, wordWrap: true }).split('\n')
