import { resolve } from 'node:path'
import type { Finding, RuleName } from '../model/finding.ts'
import type { RuleSetting } from '../model/options.ts'
import type { Location } from '../model/place.ts'
import type { Scope } from '../session/scope/scope.ts'
import { sendAgain } from '../vitest/worker/send-again.ts'
import { isTimeout, type RunnerSuite, type TestError } from '../vitest/worker/test-task.ts'
import type { WorkerState } from './state.ts'

/** What a test that was given up waited for: told with Vitest's own error, and as a finding. Nothing for other tests. */
export function tellTimeout(
  { profiler, root }: WorkerState,
  scope: Scope,
  task: RunnerSuite,
  rules: Record<RuleName, RuleSetting>
): Finding[] {
  const error = task.result?.errors?.findLast(isTimeout)
  if (error === undefined || rules['stuck-test'] === 'off') return []
  const [what = ''] = error.message.split('\n', 1)
  const { place, text, findings } = profiler.timedOut(scope, what, rules)
  amend(error, text, place, root)
  return findings
}

/**
 * The same of a `beforeAll` or `afterAll`, when the file has ended. What each of several waited for is not known apart.
 * @returns nothing where none was given up
 */
export function tellHookTimeout(state: WorkerState, scope: Scope, suite: RunnerSuite): Finding[] | undefined {
  const [lost, ...others] = suitesOf(suite).filter(({ result }) => result?.errors?.some(isTimeout))
  if (lost === undefined) return undefined
  if (others.length > 0) return []
  const findings = tellTimeout(state, scope, lost, state.options.rules)
  if (lost !== suite) sendAgain(state, lost, globalThis)
  return findings
}

const suitesOf = (suite: RunnerSuite): RunnerSuite[] => [
  suite,
  ...(suite.tasks ?? []).filter(({ type }) => type === 'suite').flatMap(suitesOf)
]

/** Below the message, and with the place to look at as the first frame: Vitest draws its code. */
function amend(error: TestError, text: string, place: Location | undefined, root: string): void {
  const message = `${error.message}\n\n${text}`
  const [head = '', ...frames] = (error.stack ?? '').split(/\n(?=\s+at )/)
  const at = place === undefined ? [] : [frameOf(place, root)]
  // Vitest 4.1 leaves a text of its own there.
  const told = head.includes(error.message) ? head.replace(error.message, () => message) : `${error.name ?? 'Error'}: ${message}`
  error.stack = [told, ...at, ...frames].join('\n')
  error.message = message
}

function frameOf({ file, line, column, functionName }: Location, root: string): string {
  const name = functionName === undefined ? '' : `${functionName} `
  return `    at ${name}(${resolve(root, file)}:${line}:${column})`
}
