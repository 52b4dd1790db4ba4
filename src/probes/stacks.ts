import type { StackFrame } from '../records/code.ts'

/** A stack as V8 took it. Reading it costs four times what taking it did; unread it keeps what ran on it alive. */
export interface TakenStack {
  readonly stack?: unknown
}

// Taken at load: tests replace globals.
const { captureStackTrace } = Error

/**
 * The stack below `above`, unread. Callers behind an `await` are on it. Empty where `Error` is frozen.
 * @param limit frames kept, Node's and V8's own included
 */
export function takeStack(limit: number, above: (...args: never[]) => unknown): TakenStack {
  const { stackTraceLimit } = Error
  const taken: TakenStack = {}
  if (!Reflect.set(Error, 'stackTraceLimit', limit)) return taken
  captureStackTrace(taken, above)
  Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  return taken
}

/** Its frames, innermost first, Node's and V8's own included, but for those of the hook that took it. */
export function sitesOf(taken: TakenStack): NodeJS.CallSite[] {
  const sites = withSites(() => (taken.stack as NodeJS.CallSite[] | undefined) ?? [])
  return sites.slice(Math.max(0, sites.findIndex((site) => !isHook(urlOf(site)))))
}

/**
 * The same with their places, which costs more.
 * @param isPlace whether lines of a script are of interest: for the first one in a function, V8 parses it again
 */
export const readStack = (taken: TakenStack, isPlace: (url: string) => boolean): StackFrame[] => toFrames(sitesOf(taken), isPlace)

export const toFrames = (sites: readonly NodeJS.CallSite[], isPlace: (url: string) => boolean): StackFrame[] => sites.map((site) => toFrame(site, isPlace))

/** Empty for V8's own functions. */
export const urlOf = (site: NodeJS.CallSite): string => site.getFileName() ?? ''

/** All hooks are in this folder, or in one file. */
const HERE = new URL('.', import.meta.url)
const PATH = decodeURIComponent(HERE.pathname)
const isHook = (url: string): boolean =>
  url === 'node:internal/promise_hooks' || url === 'node:internal/async_hooks' || url.startsWith(HERE.href) || url.startsWith(PATH)

/** Runs `read`, in which a stack that is read for the first time is a list of call sites. */
export function withSites(read: () => NodeJS.CallSite[]): NodeJS.CallSite[] {
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')
  try {
    return Reflect.set(Error, 'prepareStackTrace', keepSites) ? read() : []
  } finally {
    if (prepare === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace')
    else Reflect.defineProperty(Error, 'prepareStackTrace', prepare)
  }
}

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
