import { stripVTControlCharacters } from 'node:util'

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
  return stripVTControlCharacters(text).replace(WHITESPACE, ' ').replace(INVISIBLE, '').trim()
}

/** Code keeps its spaces: they are its shape. */
export function cleanCodeLine(line: string): string {
  return stripVTControlCharacters(line).replaceAll('\t', '  ').replace(INVISIBLE, '').trimEnd()
}

// Of escape sequences, Node knows colours, cursors, titles and links; what is left of another one does nothing without its first character.
const WHITESPACE = /[\s\x85]+/g
// C0, DEL, C1; the zero-width space; direction marks, embeddings and isolates ("Trojan Source"); the byte order mark.
// Joiners stay: emoji and several scripts need them.
// oxlint-disable-next-line no-control-regex
const INVISIBLE = /[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g
