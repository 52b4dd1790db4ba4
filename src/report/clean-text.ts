/**
 * Every string in plain data made fit for one terminal line. Names come from tests and URLs from the network: an escape
 * sequence in one could colour, move or hide what follows, and a newline could fake a line of ours.
 */
export function cleanStrings<T>(value: T): T
export function cleanStrings(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map((item) => cleanStrings(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cleanStrings(item)]))
}

/** One line without escape sequences, control characters and the marks that turn the reading direction. */
export function cleanText(text: string): string {
  return text.replace(ESCAPE_SEQUENCES, '').replace(WHITESPACE, ' ').replace(INVISIBLE, '').trim()
}

/** Code keeps its spaces: they are its shape. */
export function cleanCodeLine(line: string): string {
  return line.replace(ESCAPE_SEQUENCES, '').replaceAll('\t', '  ').replace(INVISIBLE, '').trimEnd()
}

// CSI (colours, cursor), OSC (titles, links: ended by BEL or ST), then any other escape of two characters or more.
const CSI = String.raw`(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]`
const OSC = String.raw`(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)`
const OTHER_ESCAPE = String.raw`\x1b[ -/]*[0-~]`
const ESCAPE_SEQUENCES = new RegExp([CSI, OSC, OTHER_ESCAPE].join('|'), 'g')
const WHITESPACE = /[\s\x85]+/g
// C0, DEL, C1; the zero-width space; direction marks, embeddings and isolates ("Trojan Source"); the byte order mark.
// Joiners stay: emoji and several scripts need them.
// oxlint-disable-next-line no-control-regex
const INVISIBLE = /[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g
