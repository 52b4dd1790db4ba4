import type { RuleSetting } from '../../model/options.ts'
import type { StuckSnapshot } from '../../model/stuck-worker.ts'
import { isOursUrl } from '../../our-files.ts'
import type { ProcessCall } from '../../probes/patches/sync-calls.ts'
import { captureStuck } from '../../probes/stacks/frames.ts'
import { toCulprit } from '../scope/culprit.ts'
import type { Scope } from '../scope/scope.ts'
import type { Session } from '../session.ts'
import type { Locator } from '../source/locate.ts'
import { isOwnUrl, outermost } from '../source/user-code.ts'
import { detailOf } from '../stalls/sync-log.ts'

export interface StuckOptions {
  depth: number
  settingOf(scope: Scope | undefined): RuleSetting
}

/** What is about to start a process, and to wait for it. */
export function snapshotOf({ name, args }: ProcessCall, session: Session, locator: Locator, options: StuckOptions): StuckSnapshot {
  const detail = detailOf(name, args[0])
  return { ...takeSnapshot(session, locator, options), callee: name, ...(detail !== undefined && { detail }) }
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
