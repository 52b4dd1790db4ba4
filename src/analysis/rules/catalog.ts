import type { RuleName } from '../../model/finding.ts'
import type { RuleSetting } from '../../model/options.ts'
import { BLOCKING_CALL } from './blocking-call.ts'
import { FLOATING_PROMISE } from './floating-promise.ts'
import { LAG_BUDGET } from './lag-budget.ts'
import { LEAKED_RESOURCE } from './leaked-resource.ts'
import { LOOP_STARVATION } from './loop-starvation.ts'
import { NEVER_SETTLES } from './never-settles.ts'
import type { Rule } from './rule.ts'
import { STUCK_TEST } from './stuck-test.ts'
import { SYNC_CALL } from './sync-call.ts'
import { UNHANDLED_REJECTION } from './unhandled-rejection.ts'

/** All rules, in the order in which they are counted and documented. */
export const RULES: Readonly<Record<RuleName, Rule>> = {
  'blocking-call': BLOCKING_CALL,
  'loop-starvation': LOOP_STARVATION,
  'sync-call': SYNC_CALL,
  'lag-budget': LAG_BUDGET,
  'leaked-resource': LEAKED_RESOURCE,
  'floating-promise': FLOATING_PROMISE,
  'never-settles': NEVER_SETTLES,
  'unhandled-rejection': UNHANDLED_REJECTION,
  'stuck-test': STUCK_TEST
}

export const RULE_NAMES = Object.keys(RULES) as RuleName[]

/** A setting for each rule. */
export function settingsOf(settingFor: (rule: Rule) => RuleSetting): Record<RuleName, RuleSetting> {
  return Object.fromEntries(Object.values(RULES).map((rule) => [rule.name, settingFor(rule)])) as Record<RuleName, RuleSetting>
}
