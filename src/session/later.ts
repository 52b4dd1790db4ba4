import { createPromisePlaces, type PromisePlaces } from './leftovers/pending-promises.ts'
import type { Locator } from './source/locate.ts'
import { awaitsImport } from './source/syntax/imports.ts'
import { namesIn } from './source/syntax/names.ts'
import type { Script, Sources } from './source/sources.ts'
import { makesStub } from './source/stubs.ts'
import { parse } from './source/syntax/parse.ts'
import { createPromiseChains, type PromiseChains } from './waits/promise-chains.ts'

/*
 * What few test files need: it is built as a file of its own, which a worker loads with the first finding, the first
 * promise that is judged, the first budget or timeout, the first error that nobody handles, the first stream of HTTP/2, or the first app
 * that is called without a socket.
 */
export { failureOf } from '../analysis/failure.ts'
export { explainTimeout, findAll, findLeftovers, findTimedOut, judgeBudget, lagBudgetFinding, mergeFindings } from '../analysis/profile.ts'
export { neverSettling } from './leftovers/never-settling.ts'
export { readError } from './profile/error-frames.ts'
export { createSubjects } from './profile/subjects.ts'
export { createTasks } from './profile/tasks.ts'
export { createCalls } from './requests/calls.ts'
export { createHttp2 } from './requests/http2.ts'
export { createMessages } from './requests/sockets/messages.ts'
export { createLocator } from './source/locate.ts'
export { snapshotOf, takeSnapshot } from './waits/stuck.ts'
export { explainTimedOut } from './waits/timed-out.ts'

/** Nothing where the parser refuses it. */
export function readScript(lines: readonly string[]): Script | undefined {
  const syntax = parse(lines)
  return syntax && { syntax, names: namesIn(syntax.program), awaitsImport: (line, column) => awaitsImport(syntax, line, column) }
}

/** Who waits for which promise, and where they were made. */
export interface PromiseReader {
  chains: PromiseChains
  places: PromisePlaces
}

export function createPromiseReader(sources: Sources, locator: Locator, depth: number): PromiseReader {
  const chains = createPromiseChains(sources.script, (frame) => makesStub(sources, frame))
  return { chains, places: createPromisePlaces(chains, locator, depth) }
}
