import type { Rule } from './rule.ts'

/** A promise that nothing can resolve or reject any more. */
export const NEVER_SETTLES: Rule = {
  name: 'never-settles',
  default: 'warn',
  code: 'ERR_NEVER_SETTLES',
  label: 'pending',
  counted: ['never settling', 'never settling'],
  standsOn: 'leftovers'
}

export const HINT = 'call resolve or reject on every path, or give the wait a limit: AbortSignal.timeout() or Promise.race'
