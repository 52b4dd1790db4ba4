import type { Finding, RuleName } from '../model/finding.ts'
import { indexOfPlace, isOwnFile } from './text/places.ts'

/** What Vitest fails by itself: an unhandled error the run, a timeout the test. One report, not two. */
const FAILED_BY_VITEST = new Set<RuleName>(['unhandled-rejection', 'stuck-test'])

/** Whether a finding is to fail its test or file. */
export const isFailure = ({ rule, severity, status }: Finding): boolean => severity === 'error' && status === 'new' && !FAILED_BY_VITEST.has(rule)

/** Whether it is to fail the run, however its test ends. An unhandled error is Vitest's to fail it for, or not to, if its config says so. */
export const failsRun = ({ rule, severity, status }: Finding): boolean => severity === 'error' && status === 'new' && rule !== 'unhandled-rejection'

/** What a failure says, and the frames of its stack. */
export interface FailureText {
  message: string
  frames: Finding['stack']
}

/** Own frames only, from the place to blame on: below a handler there may be forty lines of its framework. */
export function describeFailure({ message, hint, location, stack, evidence, request }: Finding): FailureText {
  const threshold = evidence.thresholdMs === undefined ? '' : ` (threshold ${evidence.thresholdMs} ms)`
  const asked = request === undefined ? [] : [`in ${request.method} ${request.url}`]
  const place = location === undefined ? -1 : indexOfPlace(stack, location)
  const frames = place === -1 ? stack : stack.slice(place)
  const own = frames.filter(({ file }) => isOwnFile(file))
  const left = frames.length - own.length
  const more = own.length > 0 && left > 0 ? [`(${left} ${left === 1 ? 'frame' : 'frames'} of dependencies and Node left out)`] : []
  // Where nothing of the user's is on it, the stack is all there is to tell.
  return { message: [`${message}${threshold}`, ...asked, hint, ...more].join('\n'), frames: own.length > 0 ? own : frames }
}
