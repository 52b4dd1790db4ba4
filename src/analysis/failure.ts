import { describeFailure } from './failing.ts'
import { AsyncProfilerError, type ErrorCode } from '../errors.ts'
import type { Finding, RuleName } from '../model/finding.ts'

const CODES: Partial<Record<RuleName, ErrorCode>> = {
  'loop-starvation': 'ERR_LOOP_STARVATION',
  'sync-call': 'ERR_SYNC_CALL',
  'lag-budget': 'ERR_LAG_BUDGET',
  'leaked-resource': 'ERR_LEAKED_RESOURCE',
  'floating-promise': 'ERR_FLOATING_PROMISE',
  'never-settles': 'ERR_NEVER_SETTLES',
  'stuck-test': 'ERR_STUCK_TEST'
}

/**
 * An error that Vitest draws a code frame for: its stack begins at the place to blame.
 * @param absolute turns a finding's file into a path
 * @param testFile for a finding without a place
 */
export function failureOf(finding: Finding, absolute: (file: string) => string, testFile: string): AsyncProfilerError {
  const { message, frames } = describeFailure(finding)
  const error = new AsyncProfilerError(CODES[finding.rule] ?? 'ERR_BLOCKING_CALL', message)
  const lines = frames.map(({ functionName, file, line, column }) => {
    const at = `${file.startsWith('node:') ? file : absolute(file)}:${line}:${column}`
    return functionName === undefined ? `    at ${at}` : `    at ${functionName} (${at})`
  })
  error.stack = [`${error.name}: ${error.message}`, ...(lines.length > 0 ? lines : [`    at ${testFile}:1:1`])].join('\n')
  return error
}
