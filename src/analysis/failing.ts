import type { Finding } from '../model/finding.ts'
import { RULES } from './rules/catalog.ts'
import { indexOfPlace, isOwnFile } from './text/places.ts'

/** Whether a finding is to fail its test or file. */
export const isFailure = (finding: Finding): boolean => isNewError(finding) && RULES[finding.rule].failedByVitest === undefined

/** Whether it is to fail the run, however its test ends. */
export const failsRun = (finding: Finding): boolean => isNewError(finding) && RULES[finding.rule].failedByVitest !== 'run'

const isNewError = ({ severity, status }: Finding): boolean => severity === 'error' && status === 'new'

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
