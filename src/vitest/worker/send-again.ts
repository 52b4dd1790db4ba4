import type { WorkerState } from '../../worker/state.ts'
import type { RunnerSuite } from './test-task.ts'
import { resultSender } from './worker-globals.ts'

/** Sends the result of a test or suite that has ended, without an event: the runner tells of an end once. */
export function sendAgain({ notices }: WorkerState, { id, result, meta }: RunnerSuite, global: object): void {
  const send = resultSender(global)
  if (send === undefined) notices.add('what was found when a test had ended is not in its result: this Vitest takes no later results')
  // Where it does not arrive, the reporter fails the run all the same.
  else send([[id, result, meta]], []).catch(() => {})
}
