import type { WorkerState } from '../../worker/state.ts'
import type { RunnerSuite } from './test-task.ts'

/** The part of Vitest's worker state that is used: how results reach the main process. */
interface VitestWorker {
  __vitest_worker__?: { rpc?: { onTaskUpdate?(packs: [id: string, result: unknown, meta: unknown][], events: []): Promise<void> } }
}

/** Sends the result of a test or suite that has ended, without an event: the runner tells of an end once. */
export function sendAgain({ notices }: WorkerState, { id, result, meta }: RunnerSuite, global: object): void {
  const rpc = (global as VitestWorker).__vitest_worker__?.rpc
  if (rpc?.onTaskUpdate === undefined) notices.add('what was found when a test had ended is not in its result: this Vitest takes no later results')
  // Where it does not arrive, the reporter fails the run all the same.
  else rpc.onTaskUpdate([[id, result, meta]], []).catch(() => {})
}
