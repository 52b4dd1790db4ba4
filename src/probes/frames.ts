import { type CallSiteObject, getCallSites } from 'node:util'
import type { RawFrame } from '../records.ts'

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

/** Frames of Node and of the test runner come on top of the user's `maxStackDepth`. */
const FOREIGN_FRAMES = 8
/** Ours come first: the hook and what it called. */
const TOP_FRAMES = 5

/**
 * The stack of the caller, or `undefined` where no own frame is on it. `getCallSites` gives plain data: an `Error`'s
 * unformatted stack would keep the receivers of its frames alive, and show in tests that check collection.
 */
export function captureFrames({ depth, isOwn, isOurs, isRunner }: FrameOptions): RawFrame[] | undefined {
  // Each frame costs a microsecond, and most promises around a test are the runner's own: the top tells.
  const top = getCallSites(TOP_FRAMES).find(({ scriptName: url }) => url !== '' && !url.startsWith('node:') && !isOurs(url))
  if (top !== undefined && isRunner(top.scriptName)) return undefined
  const frames: RawFrame[] = []
  let own = false
  for (const site of getCallSites(depth + FOREIGN_FRAMES)) {
    const url = site.scriptName
    if (url === '' || url.startsWith('node:') || isOurs(url)) continue
    own ||= isOwn(url)
    if (frames.length === depth) break
    frames.push(toFrame(site))
  }
  return own ? frames : undefined
}

export interface Callers {
  frames: RawFrame[]
  /** Whether one of Node's module loaders is among them. */
  loading: boolean
}

/** Deep enough to see a loader below the modules that it loads. */
const LOADER_FRAMES = 40

/** Who called a sync API, whether the user's code is among them or not. */
export function captureCallers(depth: number, isOurs: (url: string) => boolean): Callers {
  const sites = getCallSites(LOADER_FRAMES)
  const shown = sites.filter(({ scriptName: url }) => url !== '' && !url.startsWith('node:') && !isOurs(url))
  return { frames: shown.slice(0, depth).map(toFrame), loading: sites.some(({ scriptName }) => isLoaderUrl(scriptName)) }
}

export const isLoaderUrl = (url: string): boolean => url.startsWith('node:internal/modules/')

function toFrame(site: CallSiteObject): RawFrame {
  // `column` until Node 22.14, `columnNumber` since.
  const column = site.columnNumber ?? (site as { column?: number }).column ?? 1
  return { functionName: site.functionName, url: site.scriptName, line: site.lineNumber, column }
}
