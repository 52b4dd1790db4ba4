import { replaceUnhandledListeners } from '../probes/async/unhandled.ts'
import { isVitestsListener, tellAs } from '../vitest/worker/worker-globals.ts'
import type { WorkerState } from './state.ts'

/**
 * Vitest blames an error that nobody handled on the test that runs then. For the time of its report, the test that the
 * error comes from takes that one's place. Returns the undo.
 */
export function nameUnhandled({ profiler, taskOf, notices }: WorkerState, global: object): () => void {
  const undo = replaceUnhandledListeners(isVitestsListener, (unhandled, tell) => {
    const scope = profiler.rejections.note(unhandled)
    const task = scope && taskOf.get(scope.whole)
    if (task === undefined || !tellAs(global, task, tell)) tell()
  })
  if (undo === undefined)
    notices.add("unhandled errors are told by Vitest alone: its listeners were not found, and the tests that it names may be others'")
  return undo ?? (() => {})
}
