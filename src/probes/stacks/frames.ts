import type { RawFrame } from '../../model/code.ts'
import { callSites } from './call-sites.ts'
import { isHook, urlOf } from './stacks.ts'

export interface FrameOptions {
  /** Frames kept, Node's own not counted. */
  depth: number
  /** The user's code: what a finding may blame. */
  isOwn(url: string): boolean
  /** The profiler's code: never shown. */
  isOurs(url: string): boolean
  /** The test runner's code. */
  isRunner(url: string): boolean
}

/** Frames of Node and of the test runner come on top of the user's `maxStackDepth`; so do ours, which are first. */
const FOREIGN_FRAMES = 10

/** The stack of the caller, or `undefined` where no own frame is on it or the test runner is what called. */
export const captureFrames = (options: FrameOptions): RawFrame[] | undefined =>
  shownOf(callSites(options.depth + FOREIGN_FRAMES), options)?.map(toFrame)

/** The same with Node's own frames that are above it: the functions of Node's that were called, innermost first. */
export function captureWithNodes(options: FrameOptions): { frames: RawFrame[]; within: RawFrame[] } | undefined {
  const sites = callSites(options.depth + FOREIGN_FRAMES)
  const shown = shownOf(sites, options)
  if (shown === undefined) return undefined
  const above = sites.slice(0, sites.indexOf(shown[0]!))
  return {
    frames: shown.map(toFrame),
    within: above.filter((site) => urlOf(site).startsWith('node:') && !isHook(urlOf(site))).map(toFrame)
  }
}

function shownOf(sites: readonly NodeJS.CallSite[], { depth, isOwn, isOurs, isRunner }: FrameOptions): NodeJS.CallSite[] | undefined {
  const shown = sites.filter((site) => isShown(site, isOurs)).slice(0, depth)
  // Most promises around a test are the runner's own.
  if (shown.length === 0 || isRunner(urlOf(shown[0]!))) return undefined
  return shown.some((site) => isOwn(urlOf(site))) ? shown : undefined
}

export interface Callers {
  frames: RawFrame[]
  /** Whether one of Node's module loaders is among them. */
  loading: boolean
}

/** Deep enough to see a loader below the modules that it loads. */
const LOADER_FRAMES = 40

/** Who called a sync API, whether the user's code is among them or not. Lines of the test runner are not asked for. */
export function captureCallers(depth: number, { isOurs, isRunner }: Pick<FrameOptions, 'isOurs' | 'isRunner'>): Callers {
  const sites = callSites(LOADER_FRAMES)
  const shown = sites.filter((site) => isShown(site, isOurs)).slice(0, depth)
  // For the first line in a function V8 parses it again, and that is the caller's time.
  const frames = shown.map((site) =>
    isRunner(urlOf(site)) ? { functionName: site.getFunctionName() ?? '', url: urlOf(site), line: 1, column: 1 } : toFrame(site)
  )
  return { frames, loading: sites.some((site) => urlOf(site).startsWith('node:internal/modules/')) }
}

export interface StuckFrames {
  frames: RawFrame[]
  /** The function of V8's that the innermost frame called: `Atomics.wait`. */
  callee: string | undefined
}

/** The stack that the inspector has stopped. */
export function captureStuck(depth: number, isOurs: (url: string) => boolean): StuckFrames {
  const sites = callSites(LOADER_FRAMES)
  const innermost = sites.findIndex((site) => isShown(site, isOurs))
  // The inspector's own expression has an empty file name, these have none.
  const callee = sites.slice(0, Math.max(0, innermost)).findLast((site) => (site.getFileName() ?? null) === null)
  const shown = sites.filter((site) => isShown(site, isOurs))
  return { frames: shown.slice(0, depth).map(toFrame), callee: callee && `${callee.getTypeName()}.${callee.getFunctionName()}` }
}

function isShown(site: NodeJS.CallSite, isOurs: (url: string) => boolean): boolean {
  const url = urlOf(site)
  return url !== '' && !url.startsWith('node:') && !isOurs(url)
}

const toFrame = (site: NodeJS.CallSite): RawFrame => ({
  functionName: site.getFunctionName() ?? '',
  url: urlOf(site),
  line: site.getLineNumber() ?? 1,
  column: site.getColumnNumber() ?? 1
})
