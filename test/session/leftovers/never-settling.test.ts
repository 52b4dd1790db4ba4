import { expect, test } from 'vitest'
import type { StackFrame } from '../../../src/model/code.ts'
import { neverSettling } from '../../../src/session/leftovers/never-settling.ts'
import type { PromisePlaces } from '../../../src/session/leftovers/pending-promises.ts'
import type { Made, PromiseChains } from '../../../src/session/waits/promise-chains.ts'

const PLACE: StackFrame = { url: '/project/src/app.ts', line: 1, column: 1, functionName: 'save', awaits: false, constructs: false }
const reader = {
  chains: { awaitOf: () => undefined } as unknown as PromiseChains,
  places: { neverAt: () => PLACE, toLeft: (_made: Made, place: StackFrame) => ({ place }) } as unknown as PromisePlaces
}
/** A pending promise that nothing refers to. */
const lost = (): Made => ({ ref: new WeakRef({}), settledMs: undefined, follows: undefined, source: undefined }) as unknown as Made

test('a promise that is collected while it is pending can never settle', async () => {
  expect(await neverSettling([lost()], [], reader)).toEqual([{ place: PLACE }])
})

test('one that settles in the turn before the collection has settled', async () => {
  const made = lost()
  setImmediate(() => Object.assign(made, { settledMs: performance.now() }))
  expect(await neverSettling([made], [], reader)).toEqual([])
})

test('one that something refers to is pending', async () => {
  const kept = {}
  expect(await neverSettling([{ ...lost(), ref: new WeakRef(kept) } as Made], [], reader)).toEqual([])
  expect(kept).toEqual({})
})
