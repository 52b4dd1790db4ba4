import { describe, expect, test } from 'vitest'
import { createLayers, type Layers } from '../../../../src/probes/async/promises/layers.ts'

/** A promise that a test's job makes: the runner's, with the depth of its stack, or somebody else's. */
type Made = number | 'other'

/** Runs a test's job. @returns for each promise whether it was known to be the runner's without a look */
function run(layers: Layers, made: readonly Made[], affords = true): boolean[] {
  layers.begin()
  const known = made.map((each) => {
    const skipped = layers.isAround()
    layers.made()
    if (skipped) return true
    if (!affords) layers.isUnknown()
    else if (each === 'other') layers.isOthers()
    else layers.isRunners(each)
    return false
  })
  layers.leave()
  return known
}

const ASYNC: Made[] = [2, 5, 7, 'other', 'other']
/** The runner awaits what the function has returned. */
const SYNC: Made[] = [2, 5, 7, 4]

describe('of promises around a test', () => {
  test('nothing is known of the first tests', () => {
    const layers = createLayers()
    for (let i = 0; i < 3; i++) expect(run(layers, ASYNC)).toEqual([false, false, false, false, false])
  })

  test.each([
    ['asynchronous', ASYNC],
    ['synchronous', SYNC]
  ])('those before an %s function are known then, and no other', (_name, made) => {
    const layers = learned(made)
    run(layers, made)
    expect(run(layers, ASYNC)).toEqual([true, true, true, false, false])
    expect(run(layers, SYNC)).toEqual([true, true, true, false])
  })

  test('one test of sixteen is looked at in full', () => {
    const layers = learned(ASYNC)
    const looked = Array.from({ length: 48 }, () => !run(layers, ASYNC)[0])
    expect(looked.filter(Boolean)).toHaveLength(3)
  })

  test('a test with fewer of them corrects what is known, once it is looked at', () => {
    const layers = learned(ASYNC)
    const fewer: Made[] = [2, 5, 'other', 'other']
    for (let i = 0; i < 48; i++) run(layers, fewer)
    expect(run(layers, fewer)).toEqual([true, true, false, false])
  })

  test('what only some tests have around them is never taken for all', () => {
    // Fixtures are set up before the function is called.
    const layers = learned([2, 5, 7, 8, 9, 'other'])
    run(layers, ASYNC)
    expect(run(layers, ASYNC)).toEqual([true, true, true, false, false])
  })

  test('nothing is learned where they could not be looked at', () => {
    const layers = createLayers()
    for (let i = 0; i < 10; i++) run(layers, ASYNC, false)
    expect(run(layers, ASYNC)).toEqual([false, false, false, false, false])
  })

  test('nothing is around what runs outside of such a job', () => {
    const layers = learned(ASYNC)
    run(layers, ASYNC)
    expect(layers.isAround()).toBe(false)
    layers.begin()
    expect(layers.isAround()).toBe(true)
    layers.leave()
    expect(layers.isAround()).toBe(false)
  })
})

function learned(made: readonly Made[]): Layers {
  const layers = createLayers()
  for (let i = 0; i < 3; i++) run(layers, made)
  return layers
}
