import { expect, test } from 'vitest'
import { outlivedMs } from '../../../src/session/leftovers/leftovers.ts'
import { Scope, type ScopeKind } from '../../../src/session/scope/scope.ts'
import type { Made } from '../../../src/session/waits/promise-chains.ts'

const scopeOf = (kind: ScopeKind, endMs: number | undefined, parent?: Scope): Scope =>
  Object.assign(new Scope({ kind, name: kind, parent, thresholds: { blockingThreshold: 100, lagThreshold: 10 }, startMs: 0, lag: false }), {
    endMs
  })

const ENDED = scopeOf('test', 100)
const RUNNING = scopeOf('test', undefined)
const ANSWERED = scopeOf('request', 102, ENDED)
const OPEN = scopeOf('request', undefined, ENDED)

test.each<[string, Scope, number | undefined, boolean, number]>([
  ['a call that settles in time', ENDED, 99, false, 0],
  ['a call that settles with its test', ENDED, 105, false, 0],
  ['a call that settles later', ENDED, 106, false, 6],
  ['a call that has not settled', ENDED, undefined, false, 0],
  ['a call of a test that still runs', RUNNING, 106, false, 0],
  ["a listener of the test's own", ENDED, 106, true, 6],
  ['the listener of an ended request', ANSWERED, 120, true, 0],
  ['the same, far too late', ANSWERED, 121, true, 21],
  ['the listener of a request that has not ended', OPEN, 106, true, 6],
  ['a call in the listener of an ended request', ANSWERED, 106, false, 6]
])('%s', (_name, owner, settledMs, isListeners, late) => {
  expect(outlivedMs({ settledMs, owner } as Made, isListeners)).toBe(late)
})
