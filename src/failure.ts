import { AsyncProfilerError, type ErrorCode } from './errors.ts'
import { indexOfPlace } from './analysis/places.ts'
import type { Finding, RuleName } from './model.ts'

const CODES: Partial<Record<RuleName, ErrorCode>> = {
  'loop-starvation': 'ERR_LOOP_STARVATION',
  'sync-call': 'ERR_SYNC_CALL',
  'lag-budget': 'ERR_LAG_BUDGET',
  'leaked-resource': 'ERR_LEAKED_RESOURCE',
  'floating-promise': 'ERR_FLOATING_PROMISE',
  'never-settles': 'ERR_NEVER_SETTLES',
  'stuck-test': 'ERR_STUCK_TEST'
}

/** What Vitest fails by itself: an unhandled error the run, a timeout the test. One report, not two. */
const FAILED_BY_VITEST = new Set<RuleName>(['unhandled-rejection', 'stuck-test'])

/** Whether a finding is to fail its test or file. */
export const isFailure = ({ rule, severity, status }: Finding): boolean => severity === 'error' && status === 'new' && !FAILED_BY_VITEST.has(rule)

/**
 * A finding as an error that Vitest draws a code frame for: its stack begins at the place to blame.
 * @param absolute turns a finding's file into a path
 * @param testFile for a finding without a place
 */
export function failureOf(finding: Finding, absolute: (file: string) => string, testFile: string): AsyncProfilerError {
  const { rule, message, hint, location, stack, evidence } = finding
  const threshold = evidence.thresholdMs === undefined ? '' : ` (threshold ${evidence.thresholdMs} ms)`
  const code = CODES[rule] ?? 'ERR_BLOCKING_CALL'
  const error = new AsyncProfilerError(code, `${message}${threshold}\n${hint}`)
  const own = location === undefined ? -1 : indexOfPlace(stack, location)
  const frames = (own === -1 ? stack : stack.slice(own)).map(({ functionName, file, line, column }) => {
    const place = `${file.startsWith('node:') ? file : absolute(file)}:${line}:${column}`
    return functionName === undefined ? `    at ${place}` : `    at ${functionName} (${place})`
  })
  error.stack = [`${error.name}: ${error.message}`, ...(frames.length > 0 ? frames : [`    at ${testFile}:1:1`])].join('\n')
  return error
}
