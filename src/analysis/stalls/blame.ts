import type { CpuNode, CpuWindow, Evidence, KindPart, LineTicks, RawFrame } from '../../model/code.ts'
import { isNative, kindOfParts, kindOfPath } from './kinds.ts'
import { isGc, pausesOf } from './pauses.ts'
import { eachSample, type Stretch } from './samples.ts'

/** Whose code a script has, by its url. */
export interface Owners {
  isOwn(url: string): boolean
  isRunner(url: string): boolean
  /** Whether it is the profiler's. */
  isOurs(url: string): boolean
}

/**
 * What ran in a stretch, by the profile's samples: the innermost own function that most of the time was spent in or
 * under, and whether in its own lines or in something that it called.
 */
export function blame(window: CpuWindow, stretch: Stretch, owners: Owners): Evidence | undefined {
  const tree = indexTree(window.nodes)
  const { usersMs, runnersMs, oursMs, gcMs, functions } = sortPaths(weighPaths(window, stretch), tree, owners)
  // The collector has no caller: it cleans up after both, by what they did. The runner's few samples at the edges of what it
  // calls tell nothing: of code that only allocates, there may be none.
  const runnersShare = runnersMs < EDGES_MS ? 0 : runnersMs / (runnersMs + usersMs)
  const usersShare = 1 - runnersShare
  const runnerMs = runnersMs + gcMs * runnersShare
  const totalMs = usersMs + gcMs * usersShare
  if (totalMs === 0) return runnerMs + oursMs === 0 ? undefined : { ...NOTHING, runnerMs, oursMs }
  const pauses = pausesOf(window, stretch)
  const besides = { runnerMs, oursMs, gcMs: pauses.seenMs, pausesMs: pauses.longSeenMs * usersShare }
  const hottest = heaviest([...functions.values()].filter(({ own }) => own)) ?? heaviest([...functions.values()])
  const evidence: Evidence =
    hottest === undefined
      ? { ...NOTHING, ...besides }
      : { ...describe(hottest, window.nodes), ...besides, share: hottest.own ? hottest.ms / totalMs : 0 }
  if (pauses.longestMs <= totalMs / 2) return evidence
  return { ...NOTHING, kind: 'gc', ...besides, pausesMs: pauses.longMs * usersShare, beside: { ms: usersMs, evidence } }
}

const EDGES_MS = 20

/** Whose time it was, and of the user's which functions took it. */
function sortPaths(paths: ReadonlyMap<number, number>, tree: Tree, { isOwn, isRunner, isOurs }: Owners): Sorted {
  const sorted: Sorted = { usersMs: 0, runnersMs: 0, oursMs: 0, gcMs: 0, functions: new Map() }
  for (const [id, ms] of paths) {
    const path = tree.pathOf(id)
    const own = path.findIndex((node) => isOwn(node.callFrame.url))
    if (isGc(path[0])) sorted.gcMs += ms
    else if (isProfilers(path, isOurs)) sorted.oursMs += ms
    else if (isRunners(path, own, isRunner)) sorted.runnersMs += ms
    else {
      sorted.usersMs += ms
      const node = path[own] ?? path[0]
      if (node !== undefined && !isRoot(node)) weigh(sorted.functions, node, { path, own, ms })
    }
  }
  return sorted
}

interface Sorted {
  usersMs: number
  runnersMs: number
  oursMs: number
  gcMs: number
  functions: Map<string, FunctionWeight>
}

const NODE_REALM = 'node:internal/bootstrap/realm'

export const NOTHING: Evidence = {
  source: 'profile',
  kind: 'unknown',
  frames: [],
  own: -1,
  callee: undefined,
  runnerMs: 0,
  oursMs: 0,
  gcMs: 0,
  pausesMs: 0,
  share: 0,
  native: false,
  lines: []
}

/** In our own lines only, and where these load more of them: what is called through a function of ours is its caller's. */
function isProfilers(path: readonly CpuNode[], isOurs: (url: string) => boolean): boolean {
  const scripts = path.filter(({ callFrame: { url } }) => url !== '')
  const caller = scripts.findIndex(({ callFrame: { url } }) => !url.startsWith('node:'))
  if (caller === -1 || !isOurs(scripts[caller]!.callFrame.url)) return false
  return scripts[caller] === path[0] || scripts.slice(0, caller).some(({ callFrame: { url } }) => url.startsWith(MODULE_LOADERS))
}

const MODULE_LOADERS = 'node:internal/modules/'

/**
 * Around a test's own code the runner's runs in its context, and so do its assertions when a test calls them. A mock of
 * its own may stand between the test and what that calls, so it is the innermost frame that counts. Node, too, loads
 * parts of itself at their first use.
 */
function isRunners(path: readonly CpuNode[], own: number, isRunner: (url: string) => boolean): boolean {
  if (own === -1) return path.some(({ callFrame: { url } }) => isRunner(url))
  const called = path.slice(0, own)
  if (called.some(({ callFrame: { url } }) => url === NODE_REALM)) return true
  // Whoever reads an error's stack has it formatted, though the runner maps it.
  if (called.some(({ callFrame: { functionName } }) => functionName === 'prepareStackTraceCallback')) return false
  const working = path.find(({ callFrame: { url } }) => url !== '' && !url.startsWith('node:'))
  return working !== undefined && isRunner(working.callFrame.url)
}

interface Path {
  path: CpuNode[]
  own: number
  ms: number
}

interface FunctionWeight {
  node: CpuNode
  own: boolean
  ms: number
  selfMs: number
  /** By place: two may have one name. */
  callees: Map<string, { ms: number; path: Path }>
  self: Path | undefined
  paths: Path[]
}

function weigh(functions: Map<string, FunctionWeight>, node: CpuNode, path: Path): void {
  const key = keyOf(node)
  let weight = functions.get(key)
  if (weight === undefined) {
    weight = { node, own: path.own >= 0, ms: 0, selfMs: 0, callees: new Map(), self: undefined, paths: [] }
    functions.set(key, weight)
  }
  weight.ms += path.ms
  weight.paths.push(path)
  const child = path.path[Math.max(path.own, 0) - 1]
  if (child === undefined) {
    weight.selfMs += path.ms
    if (weight.self === undefined || weight.self.ms < path.ms) weight.self = path
    return
  }
  const callee = weight.callees.get(keyOf(child))
  if (callee === undefined) weight.callees.set(keyOf(child), { ms: path.ms, path })
  else {
    callee.ms += path.ms
    if (callee.path.ms < path.ms) callee.path = path
  }
}

function describe(
  weight: FunctionWeight,
  nodes: readonly CpuNode[]
): Omit<Evidence, 'share' | 'runnerMs' | 'oursMs' | 'gcMs' | 'pausesMs'> {
  const callee = heaviest([...weight.callees.values()])
  const parts = weight.paths.map(toPart)
  const inCallee = callee !== undefined && callee.ms > weight.selfMs
  const { path: whole, own } = inCallee || weight.self === undefined ? callee!.path : weight.self
  const path = whole.filter((node) => !isRoot(node))
  const frames = path.map(toFrame)
  return {
    source: 'profile',
    kind: kindOfParts(parts),
    parts,
    frames,
    own,
    callee: inCallee ? callee.path.path[Math.max(callee.path.own, 0) - 1]!.callFrame.functionName : undefined,
    native: isNative(frames),
    lines: (own === -1 ? path : path.slice(0, own + 1)).map((node) => linesOf(node, nodes))
  }
}

function toPart({ path, own, ms }: Path): KindPart {
  const nodes = path.filter((node) => !isRoot(node))
  const frames = nodes.map(toFrame)
  // Native code counts its ticks by the line that called it.
  const frame = frames[0]?.url === '' ? frames[1] : frames[0]
  return { kind: kindOfPath(frames, own), ms, ...(frame && { frame }), lines: nodes[0]?.positionTicks ?? [] }
}

/** Ticks of all nodes of one function: it may stand in the tree under several callers. */
function linesOf(of: CpuNode, nodes: readonly CpuNode[]): LineTicks[] {
  const key = keyOf(of)
  const ticks = new Map<number, number>()
  for (const node of nodes) {
    if (keyOf(node) !== key) continue
    for (const tick of node.positionTicks ?? []) ticks.set(tick.line, (ticks.get(tick.line) ?? 0) + tick.ticks)
  }
  return [...ticks].map(([line, count]) => ({ line, ticks: count })).toSorted((a, b) => b.ticks - a.ticks)
}

function weighPaths(window: CpuWindow, stretch: Stretch): Map<number, number> {
  const weights = new Map<number, number>()
  eachSample(window, stretch, (id, ms) => weights.set(id, (weights.get(id) ?? 0) + ms))
  return weights
}

interface Tree {
  pathOf(id: number): CpuNode[]
}

function indexTree(nodes: readonly CpuNode[]): Tree {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map<number, number>()
  for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node.id)
  return {
    pathOf(id) {
      const path: CpuNode[] = []
      for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
        const node = byId.get(at)
        if (node !== undefined) path.push(node)
      }
      return path
    }
  }
}

const keyOf = ({ callFrame: { url, functionName, lineNumber, columnNumber } }: CpuNode): string =>
  `${url}:${lineNumber}:${columnNumber}:${functionName}`

const PSEUDO = new Set(['(root)', '(program)', '(idle)'])
const isRoot = (node: CpuNode): boolean => PSEUDO.has(node.callFrame.functionName)

const toFrame = ({ callFrame }: CpuNode): RawFrame => ({
  functionName: callFrame.functionName,
  url: callFrame.url,
  line: callFrame.lineNumber + 1,
  column: callFrame.columnNumber + 1
})

function heaviest<T extends { ms: number }>(items: readonly T[]): T | undefined {
  return items.reduce<T | undefined>((top, item) => (top === undefined || item.ms > top.ms ? item : top), undefined)
}
