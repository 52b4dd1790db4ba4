import { TestRunner } from 'vitest'

/** What is used of a test's own function: fixtures are set up inside of it. */
type TestFunction = () => unknown
type RunTask = (this: unknown, test: object) => unknown

/** Each test that runs has one. */
const getTestFn = TestRunner.getTestFn as unknown as (test: object) => TestFunction
const prototype = TestRunner.prototype as { runTask?: RunTask }

/**
 * Puts `run` around each test's own function, inside all that the runner does around it. Both majors ask the runner for
 * `runTask`, which Vitest's own leaves undefined; a custom runner that has one of its own calls the function as it likes.
 * @returns the undo
 */
export function aroundTestFunctions(run: (test: object, call: TestFunction) => unknown): () => void {
  const before = prototype.runTask
  const runTask: RunTask = function (test) {
    // As it is, or bound: a function of ours would stand in the stacks of the test's errors.
    return run(test, before === undefined ? getTestFn(test) : before.bind(this, test))
  }
  prototype.runTask = runTask
  return () => {
    if (prototype.runTask !== runTask) return
    if (before === undefined) delete prototype.runTask
    else prototype.runTask = before
  }
}
