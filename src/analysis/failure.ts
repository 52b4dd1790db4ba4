import { AsyncProfilerError, type ErrorCode } from '../errors.ts'
import { indexOfPlace, isOwnFile } from './places.ts'
import type { Finding, RuleName } from '../model.ts'

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
 * A finding as an error that Vitest draws a code frame for: its stack begins at the place to blame. Own frames only: below a
 * handler there may be forty lines of its framework.
 * @param absolute turns a finding's file into a path
 * @param testFile for a finding without a place
 */
export function failureOf(finding: Finding, absolute: (file: string) => string, testFile: string): AsyncProfilerError {
  const { rule, message, hint, location, stack, evidence, request } = finding
  const threshold = evidence.thresholdMs === undefined ? '' : ` (threshold ${evidence.thresholdMs} ms)`
  const asked = request === undefined ? [] : [`in ${request.method} ${request.url}`]
  const place = location === undefined ? -1 : indexOfPlace(stack, location)
  const frames = place === -1 ? stack : stack.slice(place)
  const own = frames.filter(({ file }) => isOwnFile(file))
  const left = frames.length - own.length
  const more = own.length > 0 && left > 0 ? [`(${left} ${left === 1 ? 'frame' : 'frames'} of dependencies and Node left out)`] : []
  const error = new AsyncProfilerError(CODES[rule] ?? 'ERR_BLOCKING_CALL', [`${message}${threshold}`, ...asked, hint, ...more].join('\n'))
  // Where nothing of the user's is on it, the stack is all there is to tell.
  const lines = (own.length > 0 ? own : frames).map(({ functionName, file, line, column }) => {
    const at = `${file.startsWith('node:') ? file : absolute(file)}:${line}:${column}`
    return functionName === undefined ? `    at ${at}` : `    at ${functionName} (${at})`
  })
  error.stack = [`${error.name}: ${error.message}`, ...(lines.length > 0 ? lines : [`    at ${testFile}:1:1`])].join('\n')
  return error
}
