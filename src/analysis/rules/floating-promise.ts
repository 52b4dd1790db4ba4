import type { Confidence, Finding, RuleName } from '../../model/finding.ts'
import type { LeftPromise } from '../../model/leftovers.ts'
import { namesOf } from '../culprit.ts'
import { fingerprint } from '../fingerprint.ts'
import { formatMs } from '../text/format.ts'
import type { RuleContext } from './context.ts'
import { HINT as NEVER } from './never-settles.ts'
import type { Rule } from './rule.ts'

/** Work that nobody waits for. */
export const FLOATING_PROMISE: Rule = {
  name: 'floating-promise',
  default: 'warn',
  code: 'ERR_FLOATING_PROMISE',
  label: 'floating',
  counted: ['floating promise', 'floating promises'],
  standsOn: 'leftovers'
}

/** The findings of the rules `floating-promise`, work that nobody waits for, and `never-settles`. */
export function findLeftPromises(left: readonly LeftPromise[], { file, rules }: RuleContext): Finding[] {
  return left.flatMap((promise): Finding[] => {
    const { fate, outlivedMs, callee, waitsAt, location, stack, culprit } = promise
    const rule: RuleName = fate === 'never' ? 'never-settles' : 'floating-promise'
    const severity = rules[rule]
    if (severity === 'off') return []
    return [
      {
        rule,
        severity,
        confidence: 'certain' satisfies Confidence,
        status: 'new',
        message: describePromise(promise),
        hint: fate === 'never' ? NEVER : promise.listener === true ? OF_LISTENERS : HINT,
        ...(location && { location }),
        stack,
        file,
        ...namesOf(culprit),
        evidence: outlivedMs === undefined ? {} : { outlivedMs },
        ...(waitsAt && { waits: [{ on: 'what it awaits', kind: 'promise', location: waitsAt }] }),
        victims: [],
        occurrences: 1,
        fingerprint: fingerprint(rule, file, culprit, location, callee ?? '')
      }
    ]
  })
}

const HINT = 'await it, or return it; where it may run on, say so with .catch() and wait for it in afterEach'
const OF_LISTENERS =
  'an emitter waits for no listener: handle its errors inside, and wait for its work in afterEach, by an event or a promise that it keeps'

/** `saveLater() was not awaited: it outlived its test by 23 ms, in the time of users > signs up`. */
function describePromise({ fate, outlivedMs = 0, during, callee, listener, culprit }: LeftPromise): string {
  const name = callee === undefined || NAMELESS.has(callee) ? undefined : `${callee}()`
  const what = listener === true ? `the async listener${name === undefined ? '' : ` ${name}`}` : (name ?? 'a promise')
  const whose = culprit.test === undefined ? 'its file' : 'its test'
  if (fate === 'never') return `${what} can never settle: it is pending, and nothing refers to it any more that could resolve or reject it`
  if (fate === 'pending') return `${what} was not awaited: it was still pending after ${whose}`
  const meanwhile = during === undefined ? '' : `, in the time of ${during}`
  return `${what} was not awaited: it outlived ${whose} by ${formatMs(outlivedMs)}${meanwhile}`
}

/** V8's own functions: the line says more. */
const NAMELESS = new Set([
  'Promise',
  'then',
  'catch',
  'finally',
  'all',
  'allSettled',
  'forEach',
  'map',
  'filter',
  'reduce',
  'some',
  'every'
])
