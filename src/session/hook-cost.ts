import type { Scope } from './scope.ts'
import type { Session } from './session.ts'

/** Adds the hooks' cost to a scope's overhead: they are too many and too small to time each. */
export interface HookCost {
  begin(scope: Scope): void
  end(scope: Scope): void
  soFar(scope: Scope): number
}

/** Milliseconds for one continuation with its `init`, `before` and `settled`; measured by `npm run bench`. */
const CALL_MS = 0.00019

export function createHookCost(session: Session): HookCost {
  const atStart = new WeakMap<Scope, number>()
  const soFar = (scope: Scope): number => {
    const start = atStart.get(scope)
    return start === undefined ? 0 : (session.hookCalls() - start) * CALL_MS
  }
  return {
    begin: (scope) => void atStart.set(scope, session.hookCalls()),
    end(scope) {
      scope.overheadMs += soFar(scope)
      atStart.delete(scope)
    },
    soFar
  }
}
