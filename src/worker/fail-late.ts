import { resolve } from 'node:path'
import { isFailure } from '../analysis/failing.ts'
import { sendAgain } from '../vitest/worker/send-again.ts'
import type { JudgedLeftovers } from './file-leftovers.ts'
import type { WorkerState } from './state.ts'

/** Fails tests for what was only known when their file had ended; the file's own state is made of its tests' after us. */
export function failLate(state: WorkerState, late: JudgedLeftovers['late'], global: object): void {
  for (const {
    test: { task },
    findings
  } of late) {
    const errors = findings.filter(isFailure).map((finding) => {
      const { name, message, stack = '' } = state.profiler.failureOf(finding, (file) => resolve(state.root, file), task.file.filepath)
      return { name, message, stack }
    })
    const { result } = task
    if (errors.length === 0 || task.fails === true || result === undefined || result.state === 'skip') continue
    for (const failed of [result, result.attempts?.at(-1)]) {
      if (failed !== undefined) Object.assign(failed, { state: 'fail', errors: [...(failed.errors ?? []), ...errors] })
    }
    sendAgain(state, task, global)
  }
}
