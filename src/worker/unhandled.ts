import { replaceUnhandledListeners } from '../probes/async/unhandled.ts'
import type { RunnerTest } from '../vitest/worker/test-task.ts'
import type { WorkerState } from './state.ts'

/** The part of Vitest's worker state that is used: the test that it takes an error for. */
interface VitestWorker {
  __vitest_worker__?: { current?: RunnerTest | undefined }
}

/** Vitest's listeners are known by what they say. */
const isVitests = (source: string): boolean => source.includes('catchError(') && /Unhandled Rejection|Uncaught Exception/.test(source)

/**
 * Vitest blames an error that nobody handled on the test that runs then. For the time of its report, the test that the
 * error comes from takes that one's place. Returns the undo.
 */
export function nameUnhandled({ profiler, taskOf, notices }: WorkerState, global: object): () => void {
  const worker = (global as VitestWorker).__vitest_worker__
  const undo = replaceUnhandledListeners(isVitests, (unhandled, tell) => {
    const scope = profiler.rejections.note(unhandled)
    const task = scope && taskOf.get(scope.whole)
    if (worker === undefined || task === undefined) {
      tell()
      return
    }
    const { current } = worker
    worker.current = task
    try {
      tell()
    } finally {
      worker.current = current
    }
  })
  if (undo === undefined) notices.add("unhandled errors are told by Vitest alone: its listeners were not found, and the tests that it names may be others'")
  return undo ?? (() => {})
}
