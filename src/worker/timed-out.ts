import { resolve } from 'node:path'
import { explainTimeout, findTimedOut } from '../analysis/profile.ts'
import type { Finding, Location, RuleName, RuleSetting } from '../model.ts'
import type { Scope } from '../session/scope.ts'
import type { WorkerState } from './state.ts'
import { isTimeout, type RunnerTest, type TestError } from './test-task.ts'

/** What a test that was given up waited for: told with Vitest's own error, and as a finding. Nothing for other tests. */
export function tellTimeout({ profiler, root }: WorkerState, scope: Scope, task: RunnerTest, rules: Record<RuleName, RuleSetting>): Finding[] {
  const error = task.result?.errors?.findLast(isTimeout)
  if (error === undefined || rules['stuck-test'] === 'off') return []
  const [what = ''] = error.message.split('\n', 1)
  const timedOut = profiler.timedOut(scope, what)
  amend(error, explainTimeout(timedOut), timedOut.location, root)
  return findTimedOut(timedOut, { file: scope.file ?? '', rules, blockingThreshold: scope.thresholds.blockingThreshold })
}

/** Below the message, and with the place to look at as the first frame: Vitest draws its code. */
function amend(error: TestError, text: string, place: Location | undefined, root: string): void {
  const message = `${error.message}\n\n${text}`
  const [head = '', ...frames] = (error.stack ?? '').split(/\n(?=\s+at )/)
  const at = place === undefined ? [] : [`    at ${place.functionName === undefined ? '' : `${place.functionName} `}(${resolve(root, place.file)}:${place.line}:${place.column})`]
  // Vitest 4.1 leaves a text of its own there.
  const told = head.includes(error.message) ? head.replace(error.message, () => message) : `${error.name ?? 'Error'}: ${message}`
  error.stack = [told, ...at, ...frames].join('\n')
  error.message = message
}
