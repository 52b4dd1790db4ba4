import { createLayers, type Layers } from './layers.ts'

// Taken at load: tests of what older hosts lack delete it, and a hook that throws ends the process.
const { WeakSet } = globalThis

/** Which promises are the test runner's own. What is derived of them is, too: no one else has them. */
export interface RunnerPromises extends Pick<Layers, 'isAround' | 'isRunners' | 'isOthers' | 'isUnknown' | 'leave'> {
  /**
   * The promise that `make` makes is the profiler's own, whose callback is what the runner has put around a test's function.
   * @param layered whether that is the same for all of them
   */
  around(make: () => Promise<unknown>, layered: boolean): Promise<unknown>
  /** Whether that one is made right now. */
  isMade(promise: object): boolean
  /**
   * Whether a new promise is the runner's, as far as that is known without a look at its stack.
   * @param parent of which it is derived, and who is nobody's
   */
  isKnown(promise: object, parent: object | undefined): boolean
  /** By its stack, it is. */
  add(promise: object): void
  /** A continuation starts. */
  before(promise: object): void
}

export function createRunnerPromises(): RunnerPromises {
  const layers = createLayers()
  const promises = new WeakSet<object>()
  let making = false
  let layered = false
  /** The next job that is the runner's around a test. */
  let begun: object | undefined

  function keep(promise: object): true {
    promises.add(promise)
    return true
  }
  return {
    ...layers,
    around(make, isLayered) {
      making = true
      layered = isLayered
      try {
        return make()
      } finally {
        making = false
      }
    },
    isMade(promise) {
      if (!making) return false
      if (layered) begun = promise
      return keep(promise)
    },
    isKnown(promise, parent) {
      if (parent !== undefined) return promises.has(parent) && keep(promise)
      const known = layers.isAround()
      layers.made()
      return known && keep(promise)
    },
    add: (promise) => void promises.add(promise),
    before(promise) {
      layers.leave()
      if (promise !== begun) return
      begun = undefined
      layers.begin()
    }
  }
}
