import type { StackFrame } from '../../model/code.ts'
import { withErrorSetting } from '../../node/error-settings.ts'
import { isOursUrl } from '../../our-files.ts'

/** A stack as V8 took it. Reading it costs four times what taking it did; unread it keeps what ran on it alive. */
export interface TakenStack {
  readonly stack?: unknown
}

// Taken at load: tests replace globals.
const { captureStackTrace } = Error
const { getOwnPropertyDescriptor } = Reflect

/**
 * The stack below `above`, unread. Callers behind an `await` are on it. Empty where `Error` is frozen.
 * @param limit frames kept, Node's and V8's own included
 */
export function takeStack(limit: number, above: (...args: never[]) => unknown): TakenStack {
  const taken: TakenStack = {}
  withErrorSetting('stackTraceLimit', limit, () => captureStackTrace(taken, above))
  return taken
}

/**
 * The same, read at once, in half the time of both. Empty where a setting of `Error` cannot simply be set.
 * @param above the outermost function of ours
 */
export function takeSites(limit: number, above: (...args: never[]) => unknown): NodeJS.CallSite[] {
  const limitBefore = getOwnPropertyDescriptor(Error, 'stackTraceLimit')
  const prepareBefore = getOwnPropertyDescriptor(Error, 'prepareStackTrace')
  if (limitBefore?.writable !== true || prepareBefore?.writable !== true) return sitesOf(takeStack(limit, above))
  const settings = Error as unknown as { stackTraceLimit: unknown; prepareStackTrace: unknown }
  const taken: TakenStack = {}
  try {
    settings.stackTraceLimit = limit
    settings.prepareStackTrace = keepSites
    captureStackTrace(taken, above)
    return ownSites(taken.stack as NodeJS.CallSite[] | undefined)
  } finally {
    settings.stackTraceLimit = limitBefore.value
    settings.prepareStackTrace = prepareBefore.value
  }
}

/** Its frames, innermost first, Node's and V8's own included, but for those of the hook that took it. */
export function sitesOf(taken: TakenStack): NodeJS.CallSite[] {
  return ownSites(withSites(() => (taken.stack as NodeJS.CallSite[] | undefined) ?? []))
}

/** Without the frames of the hook that took them. */
function ownSites(sites: NodeJS.CallSite[] = []): NodeJS.CallSite[] {
  let first = 0
  while (first < sites.length && isHook(urlOf(sites[first]!))) first++
  return first === 0 ? sites : sites.slice(first)
}

/**
 * The same with their places, which costs more.
 * @param isPlace whether lines of a script are of interest: for the first one in a function, V8 parses it again
 */
export const toFrames = (sites: readonly NodeJS.CallSite[], isPlace: (url: string) => boolean): StackFrame[] =>
  sites.map((site) => toFrame(site, isPlace))

/** Empty for V8's own functions. */
export const urlOf = (site: NodeJS.CallSite): string => site.getFileName() ?? ''

export const isHook = (url: string): boolean =>
  url === 'node:internal/promise_hooks' || url === 'node:internal/async_hooks' || isOursUrl(url)

/** Runs `read`, in which a stack that is read for the first time is a list of call sites. */
export const withSites = (read: () => NodeJS.CallSite[]): NodeJS.CallSite[] => withErrorSetting('prepareStackTrace', keepSites, read) ?? []

const keepSites = (_error: unknown, sites: NodeJS.CallSite[]): NodeJS.CallSite[] => sites

function toFrame(site: NodeJS.CallSite, isPlace: (url: string) => boolean): StackFrame {
  const url = urlOf(site)
  const asked = url !== '' && !url.startsWith('node:') && isPlace(url)
  return {
    functionName: site.getFunctionName() ?? '',
    url,
    line: (asked && site.getLineNumber()) || 1,
    column: (asked && site.getColumnNumber()) || 1,
    awaits: site.isAsync(),
    constructs: site.isConstructor()
  }
}
