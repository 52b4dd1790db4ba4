import { resolve } from 'node:path'
import { failureOf, isFailure } from '../failure.ts'
import type { JudgedLeftovers } from './file-leftovers.ts'
import type { WorkerState } from './state.ts'

/** The part of Vitest's worker state that is used: how results reach the main process. */
interface VitestWorker {
  __vitest_worker__?: { rpc?: { onTaskUpdate?(packs: [id: string, result: unknown, meta: unknown][], events: []): Promise<void> } }
}

/**
 * Fails tests for what was only known when their file had ended. The runner tells of a test's end once; its result is sent
 * again, without an event, and the file's own state is made of its tests' after us.
 * @returns the tests that are to fail though they pass by being expected to
 */
export function failLate({ root, notices }: WorkerState, late: JudgedLeftovers['late'], global: object): void {
  for (const { test: { task }, findings } of late) {
    const errors = findings.filter(isFailure).map((finding) => {
      const { name, message, stack = '' } = failureOf(finding, (file) => resolve(root, file), task.file.filepath)
      return { name, message, stack }
    })
    const { result } = task
    if (errors.length === 0 || task.fails === true || result === undefined || result.state === 'skip') continue
    for (const failed of [result, result.attempts?.at(-1)]) {
      if (failed !== undefined) Object.assign(failed, { state: 'fail', errors: [...(failed.errors ?? []), ...errors] })
    }
    const rpc = (global as VitestWorker).__vitest_worker__?.rpc
    if (rpc?.onTaskUpdate === undefined) notices.add('a finding of a test that had ended could not fail it: this Vitest takes no later results')
    // Where it does not arrive, the reporter fails the run all the same.
    else rpc.onTaskUpdate([[task.id, result, task.meta]], []).catch(() => {})
  }
}
