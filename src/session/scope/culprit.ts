import type { Culprit, Victim } from '../../model/place.ts'
import type { Delayed, Scope } from './scope.ts'

/** Whose code a scope's is: the nearest request and test around it. */
export function toCulprit(scope: Scope): Culprit {
  const culprit: Culprit = {}
  if (scope.file !== undefined) culprit.file = scope.file
  if (scope.test !== undefined) culprit.test = scope.test
  for (let each: Scope | undefined = scope; each !== undefined; each = each.parent) {
    if (each.kind !== 'request') continue
    culprit.request = { method: each.method ?? 'GET', url: each.url ?? '/' }
    break
  }
  return culprit
}

/** Who had to wait, and for how long. */
export const toVictims = (delayed: readonly Delayed[]): Victim[] =>
  delayed.map(({ scope, delayMs }) => {
    const { test, request } = toCulprit(scope)
    return { ...(test && { test }), ...(request && { request }), delayMs }
  })
