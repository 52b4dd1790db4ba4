/*
 * Where something is, and whose it is. Everything in model/ is types only, JSON-safe, and in milliseconds of wall clock unless a name says
 * otherwise.
 */

/** A place in the original, source-mapped file. */
export interface Location {
  /**
   * Relative to the project's root, with forward slashes. A frame of Node's own keeps its `node:` name.
   * @minLength 1
   */
  file: string
  /**
   * 1-based.
   * @asType integer
   * @minimum 1
   */
  line: number
  /**
   * 1-based.
   * @asType integer
   * @minimum 1
   */
  column: number
  /** The function that the line stands in. */
  functionName?: string
}

/** A test. */
export interface TestRef {
  /**
   * The test file, relative to the root of the project.
   * @minLength 1
   */
  file: string
  /** The full name: suites and test joined by ` > `. */
  name: string
}

/** A request to a server under test. */
export interface RequestRef {
  /**
   * The HTTP method.
   * @minLength 1
   */
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

/** A test or request that was delayed by the code of another one. */
export interface Victim {
  test?: TestRef
  request?: RequestRef
  /**
   * How much longer it had to wait.
   * @minimum 0
   */
  delayMs: number
}
