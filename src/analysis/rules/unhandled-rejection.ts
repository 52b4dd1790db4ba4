import type { Finding } from '../../model/finding.ts'
import type { Rejected } from '../../model/leftovers.ts'
import { namesOf } from '../culprit.ts'
import { fingerprint } from '../fingerprint.ts'
import { formatMs } from '../text/format.ts'
import type { RuleContext } from './context.ts'
import type { Rule } from './rule.ts'

/** An error that nobody handled. */
export const UNHANDLED_REJECTION: Rule = {
  name: 'unhandled-rejection',
  default: 'error',
  code: 'ERR_UNHANDLED_REJECTION',
  label: 'rejected',
  counted: ['unhandled rejection', 'unhandled rejections'],
  standsOn: 'leftovers',
  failedByVitest: 'run'
}

/** The findings of the rule `unhandled-rejection`, with the test that an error comes from. Vitest shows the error itself. */
export function findUnhandled(rejected: readonly Rejected[], { file, rules }: RuleContext): Finding[] {
  const severity = rules['unhandled-rejection']
  if (severity === 'off') return []
  return rejected.map((each): Finding => {
    const { what, error, lateMs, location, stack, culprit } = each
    return {
      rule: 'unhandled-rejection',
      severity,
      confidence: 'certain',
      status: 'new',
      message: describe(each),
      hint: HINTS[what],
      ...(location && { location }),
      stack,
      file,
      ...namesOf(culprit),
      evidence: lateMs === undefined ? {} : { lateMs },
      victims: [],
      occurrences: 1,
      fingerprint: fingerprint('unhandled-rejection', file, culprit, location, `${what} ${error}`)
    }
  })
}

function describe({ what, error, lateMs, during }: Rejected): string {
  const thrown = what === 'rejection' ? 'a rejection that nobody handled' : 'an exception that nobody caught'
  const late =
    lateMs === undefined ? '' : `, ${formatMs(lateMs)} after its test's end${during === undefined ? '' : ` and in the time of ${during}`}`
  return `${thrown}: ${error}${late}`
}

const HINTS = {
  rejection: 'await the work that fails, or handle its error with .catch()',
  exception: 'catch errors inside the callback: nobody who awaits can'
}
