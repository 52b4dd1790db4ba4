import { takeStack, withSites } from './stacks.ts'

/**
 * The frames of the caller, innermost first, read at once: an unread stack keeps the receivers of its frames alive, and
 * would show in tests that check collection. Four times as fast as `util.getCallSites`. Frames behind an `await` are
 * left out: they are not on the stack. None where `Error` is frozen.
 */
export function callSites(limit: number): NodeJS.CallSite[] {
  const sites = withSites(() => (takeStack(limit, callSites).stack as NodeJS.CallSite[] | undefined) ?? [])
  const waiting = sites.findIndex((site) => site.isAsync())
  return waiting === -1 ? sites : sites.slice(0, waiting)
}
