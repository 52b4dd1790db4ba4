import type { CpuNode, CpuWindow, Evidence, LineTicks, RawFrame } from '../records.ts'

export interface Stretch {
  startMs: number
  durationMs: number
}

/** Says of a script's url whether the user's own code is in it. */
export type IsOwn = (url: string) => boolean

/**
 * What ran in a stretch, by the profile's samples: the innermost own function that most of the time was spent in or
 * under, and whether in its own lines or in something that it called.
 */
export function blame(window: CpuWindow, stretch: Stretch, isOwn: IsOwn): Evidence | undefined {
  const tree = indexTree(window.nodes)
  const paths = weighPaths(window, stretch)
  let totalMs = 0
  const functions = new Map<string, FunctionWeight>()
  for (const [id, ms] of paths) {
    const path = tree.pathOf(id)
    totalMs += ms
    if (isGc(path[0])) continue
    const own = path.findIndex((node) => isOwn(node.callFrame.url))
    const node = path[own] ?? path[0]
    if (node === undefined || isRoot(node)) continue
    weigh(functions, node, { path, own, ms })
  }
  if (totalMs === 0) return undefined
  if (longestGc(window, stretch, (id) => isGc(tree.pathOf(id)[0])) > totalMs / 2) return { source: 'profile', kind: 'gc', frames: [], own: -1, callee: undefined, lines: [] }
  const hottest = heaviest([...functions.values()].filter(({ own }) => own)) ?? heaviest([...functions.values()])
  return hottest === undefined ? undefined : describe(hottest, window.nodes)
}

const isGc = (node: CpuNode | undefined): boolean => node?.callFrame.functionName === '(garbage collector)'

/**
 * One long pause is the collector's own doing. Many short ones between samples of one function are that function's
 * allocations, and stay its time.
 */
function longestGc(window: CpuWindow, stretch: Stretch, isGcNode: (id: number) => boolean): number {
  let longest = 0
  let run = 0
  eachSample(window, stretch, (id, ms) => {
    run = isGcNode(id) ? run + ms : 0
    longest = Math.max(longest, run)
  })
  return longest
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
  callees: Map<string, { ms: number; path: Path }>
  self: Path | undefined
}

function weigh(functions: Map<string, FunctionWeight>, node: CpuNode, path: Path): void {
  const key = keyOf(node)
  let weight = functions.get(key)
  if (weight === undefined) {
    weight = { node, own: path.own >= 0, ms: 0, selfMs: 0, callees: new Map(), self: undefined }
    functions.set(key, weight)
  }
  weight.ms += path.ms
  const child = path.path[Math.max(path.own, 0) - 1]
  if (child === undefined) {
    weight.selfMs += path.ms
    if (weight.self === undefined || weight.self.ms < path.ms) weight.self = path
    return
  }
  const name = child.callFrame.functionName
  const callee = weight.callees.get(name)
  if (callee === undefined) weight.callees.set(name, { ms: path.ms, path })
  else {
    callee.ms += path.ms
    if (callee.path.ms < path.ms) callee.path = path
  }
}

function describe(weight: FunctionWeight, nodes: readonly CpuNode[]): Evidence {
  const callee = heaviest([...weight.callees].map(([name, { ms, path }]) => ({ name, ms, path })))
  const inCallee = callee !== undefined && callee.ms > weight.selfMs
  const { path: whole, own } = inCallee || weight.self === undefined ? callee!.path : weight.self
  const path = whole.filter((node) => !isRoot(node))
  return {
    source: 'profile',
    kind: loadsModule(own === -1 ? path : path.slice(0, own)) ? 'module-load' : 'cpu',
    frames: path.map(toFrame),
    own,
    callee: inCallee ? callee.name : undefined,
    lines: (own === -1 ? path : path.slice(0, own + 1)).map((node) => linesOf(node, nodes))
  }
}

/** `require` and `import()` at run time go through Node's loaders. */
const loadsModule = (path: readonly CpuNode[]): boolean =>
  path.some(({ callFrame: { url } }) => url.startsWith('node:internal/modules/'))

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

/**
 * Each sample stands for the time since the one before it: while the thread is inside one long system call the
 * profiler's signal waits, and the only sample comes at its end.
 */
function eachSample({ samples, times }: CpuWindow, { startMs, durationMs }: Stretch, visit: (id: number, ms: number) => void): void {
  const endMs = startMs + durationMs
  for (let i = 0; i < samples.length; i++) {
    const from = Math.max(startMs, times[i - 1] ?? startMs)
    const to = Math.min(endMs, times[i]!)
    if (to > from) visit(samples[i]!, to - from)
  }
}

function weighPaths(window: CpuWindow, stretch: Stretch): Map<number, number> {
  const weights = new Map<number, number>()
  eachSample(window, stretch, (id, ms) => weights.set(id, (weights.get(id) ?? 0) + ms))
  return weights
}

function indexTree(nodes: readonly CpuNode[]): { pathOf(id: number): CpuNode[] } {
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
