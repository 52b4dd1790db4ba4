import type { RuleSetting } from '../model.ts'
import { captureStuck } from '../probes/frames.ts'
import type { StuckSnapshot } from '../records/stuck-worker.ts'
import { toCulprit } from './culprit.ts'
import type { Locator } from './locate.ts'
import { isOursUrl, isOwnUrl, outermost } from './own.ts'
import type { Scope } from './scope.ts'
import type { Session } from './session.ts'

export interface StuckOptions {
  depth: number
  settingOf(scope: Scope | undefined): RuleSetting
}

/**
 * What runs right now. The inspector calls this on top of the stack of a loop that does not turn: that stack is the
 * caller's, and the current store its scope.
 */
export function takeSnapshot(session: Session, locator: Locator, { depth, settingOf }: StuckOptions): StuckSnapshot {
  const { frames: callers, callee } = captureStuck(depth, isOursUrl)
  const frames = callers.slice(0, outermost(callers))
  const own = frames.findIndex(({ url }) => isOwnUrl(url))
  const scope = session.storage.getStore()
  const location = frames[own] && locator.frame(frames[own])
  return {
    culprit: scope === undefined ? {} : toCulprit(scope),
    setting: settingOf(scope),
    ...(callee !== undefined && { callee }),
    ...(location && { location }),
    stack: frames.map(locator.frame)
  }
}
