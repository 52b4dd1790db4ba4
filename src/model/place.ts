/*
 * Where something is, and whose it is. Everything in model/ is types only, JSON-safe, and in milliseconds of wall clock unless a name says
 * otherwise.
 */

/** A place in the original source. `file` is relative to the project's root with forward slashes; `line` and `column` are 1-based. */
export interface Location {
  file: string
  line: number
  column: number
  functionName?: string
}

export interface TestRef {
  file: string
  /** The full name: suites and test joined by ` > `. */
  name: string
}

export interface RequestRef {
  method: string
  /** Path and query as the server saw them. */
  url: string
}

/** Whose code ran: the test, and the request where a server-side handler ran it. File-level work has neither. */
export interface Culprit {
  file?: string
  test?: TestRef
  request?: RequestRef
}

export interface ScopeRef {
  kind: 'test' | 'request' | 'function'
  name: string
  file?: string
  method?: string
  url?: string
  status?: number
}

export interface Victim {
  test?: TestRef
  request?: RequestRef
  delayMs: number
}
