/**
 * How many promises a runner makes around a test's function before it calls that, each in a function that the one before it has called.
 * They are the same for all tests, and four stacks a test are most of what an empty one costs: so it is learned from the first tests and
 * checked in some of the others.
 */
export interface Layers {
  /** The job begins in which the runner will call a test's function. */
  begin(): void
  /** That job has ended, or it is not known what runs. */
  leave(): void
  /** Whether what is made now is the runner's for sure: it has not called the function yet. */
  isAround(): boolean
  /** A promise that is derived of no other one was made. */
  made(): void
  /** That promise was looked at, and is the runner's. @param depth of its stack, callers behind an `await` left out */
  isRunners(depth: number): void
  /** What was made is not the runner's, or was made after the function had been called. */
  isOthers(): void
  /** It was not looked at. */
  isUnknown(): void
}

/** `withTimeout`, `withCancel` and `withAwaitAsyncAssertions` of both majors. Fixtures may add some to some tests only. */
const MOST = 3
/** Tests that must agree. */
const LEARNED_FROM = 3
/** One test of so many is looked at in full. */
const CHECK_EVERY = 16

export function createLayers(): Layers {
  let known: number | undefined
  let agreed = 0
  let tests = 0
  /** Promises made so far in the running job, before the function was called; -1 elsewhere. */
  let made = -1
  let skips = false
  /** While learning: of the last promise's stack, and whether all so far were the runner's, each deeper than the one before. */
  let depth = 0
  let deepens = false

  function learn(count: number): void {
    deepens = false
    const layers = Math.min(count, MOST)
    if (known === undefined || layers < known) {
      known = layers
      agreed = 1
    } else if (layers === known) agreed++
  }
  return {
    begin() {
      made = 0
      depth = 0
      skips = agreed >= LEARNED_FROM && tests++ % CHECK_EVERY !== 0
      deepens = !skips
    },
    leave() {
      made = -1
      deepens = false
    },
    isAround: () => skips && made >= 0 && made < known!,
    made() {
      if (made >= 0) made++
    },
    isRunners(at) {
      if (!deepens) return
      if (at > depth) depth = at
      else learn(made - 1)
    },
    isOthers() {
      if (deepens) learn(made - 1)
    },
    isUnknown() {
      deepens = false
    }
  }
}
