import type { expect } from 'vitest'
import type * as Matchers from '../matchers.ts'
import { loadLater } from '../node/load-later.ts'

type Name = keyof typeof Matchers.asyncMatchers
type Matcher = Parameters<typeof expect.extend>[0][string]

const NAMES = {
  toHaveNoBlockingCalls: 1,
  toCompleteWithinLag: 1,
  toHaveNoSyncCalls: 1,
  toHaveNoLeakedTasks: 1,
  toStayWithinConcurrency: 1
} satisfies Record<Name, 1>

/**
 * The matchers, loaded with the first assertion.
 * @param base the URL of the module beside which they lie
 * @param ours does work that is nobody's
 */
export function lazyMatchers(base: string, ours: <T>(work: () => T) => T): Record<Name, Matcher> {
  const load = loadLater<typeof Matchers>(base, base.endsWith('.ts') ? './matchers' : './assertions')
  const matchers = (): typeof Matchers => ours(load)
  const lazy = (name: Name): Matcher =>
    function (this: unknown, ...args: unknown[]) {
      return Reflect.apply(matchers().asyncMatchers[name] as (...args: never[]) => ReturnType<Matcher>, this, args)
    }
  return Object.fromEntries((Object.keys(NAMES) as Name[]).map((name) => [name, lazy(name)])) as Record<Name, Matcher>
}
