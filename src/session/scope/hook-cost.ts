import { now } from '../../node/clock.ts'
import type { Session } from '../session.ts'
import type { Scope } from './scope.ts'

/** The hooks' part of a scope's overhead: their calls are too many and too short to time each. */
export interface HookCost {
  begin(scope: Scope): void
  end(scope: Scope): void
  /** Cost of the hooks in a scope, from its begin to now or its end. */
  soFar(scope: Scope): number
  /** Measures the cost of one call, the first time that it matters. */
  settle(scope: Scope): Promise<void>
}

/** Until it is measured: what one continuation costs on the machine that these lines were written on. */
const ASSUMED_MS = 0.0002
/** Below it, even a wrong assumption is an error of a few milliseconds. */
const CALLS_THAT_MATTER = 20_000
const ROUNDS = 3
const AWAITS = 2000

export function createHookCost(session: Session): HookCost {
  const started = new WeakMap<Scope, number>()
  const calls = new WeakMap<Scope, number>()
  let callMs = ASSUMED_MS
  let measured = false

  function callsOf(scope: Scope): number {
    return calls.get(scope) ?? session.hookCalls() - (started.get(scope) ?? session.hookCalls())
  }
  async function measure(scope: Scope): Promise<void> {
    let bare = Infinity
    let hooked = Infinity
    for (let round = 0; round < ROUNDS; round++) {
      if (!(await session.withoutHooks(async () => void (bare = Math.min(bare, await timeAwaits()))))) return
      hooked = Math.min(hooked, await session.storage.run(scope, timeAwaits))
    }
    callMs = Math.max(0, hooked - bare) / AWAITS
    measured = true
  }
  return {
    begin: (scope) => void started.set(scope, session.hookCalls()),
    end: (scope) => void calls.set(scope, callsOf(scope)),
    soFar: (scope) => callsOf(scope) * callMs,
    async settle(scope) {
      if (!measured && callsOf(scope) > CALLS_THAT_MATTER) await measure(scope)
    }
  }
}

async function timeAwaits(): Promise<number> {
  const began = now()
  for (let i = 0; i < AWAITS; i++) await undefined
  return now() - began
}
