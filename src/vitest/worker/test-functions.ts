import { TestRunner } from 'vitest'

/** What is used of a test's own function: fixtures are set up inside of it. */
type TestFunction = () => unknown
/** Of a test: how long its function may take; 0 or infinite for as long as it likes. */
interface RunningTest {
  timeout: number
}
type RunTask = (this: unknown, test: RunningTest) => unknown

/** Each test that runs has one. */
const getTestFn = TestRunner.getTestFn as unknown as (test: object) => TestFunction
const prototype = TestRunner.prototype as { runTask?: RunTask }

/**
 * Puts `run` around each test's own function, inside all that the runner does around it. Both majors ask the runner for
 * `runTask`, which Vitest's own leaves undefined; a custom runner that has one of its own calls the function as it likes.
 * @param run told whether the function is as the runner has made it, with the same around each
 * @returns the undo
 */
export function aroundTestFunctions(run: (test: RunningTest, call: TestFunction, isRunners: boolean) => unknown): () => void {
  const before = prototype.runTask
  const runTask: RunTask = function (test) {
    // As it is, or bound: a function of ours would stand in the stacks of the test's errors.
    return before === undefined ? run(test, getTestFn(test), true) : run(test, before.bind(this, test), false)
  }
  prototype.runTask = runTask
  return () => {
    if (prototype.runTask !== runTask) return
    if (before === undefined) delete prototype.runTask
    else prototype.runTask = before
  }
}
