import type { Script } from '../sources.ts'
import { isCall } from './call-value.ts'
import { calleeNames, ownNodes } from './calls.ts'
import { childrenOf, enclosingFunction, type SyntaxNode } from './parse.ts'

/** A place where a function was seen: what it called there, or waited for. */
export interface SeenAt {
  line: number
  column: number
}

/**
 * The lines on which a function may have spent time before it came to the place: since it began, or last waited. The call
 * at the place is not among them.
 * @param isOwn whether a call is one of the user's own functions, which has lines of its own
 * @returns nothing where that cannot be told
 */
export function linesOfWork(
  { syntax }: Script,
  { line, column }: SeenAt,
  isOwn: (names: readonly string[]) => boolean
): Set<number> | undefined {
  const at = syntax.offset(line, column)
  const fn = enclosingFunction(syntax, at)
  const nodes = ownNodes(fn)
  const around = nodes.filter((node) => node.start <= at && at < node.end)
  const call = around.findLast(isCall)
  // It waits, and has not run in this turn of the loop.
  if (around.some((node) => node.type === 'AwaitExpression' && node.start === at)) return new Set()
  if (call === undefined) return undefined
  const loops = around.filter(isLoop)
  const waited = lastWait(nodes, around, call)
  const lines = new Set<number>()
  for (const node of nodes) {
    if (around.includes(node) || !(isCall(node) || isLoop(node))) continue
    const before = node.start >= waited && node.start < call.end
    const again = loops.some((loop) => loop.start <= node.start && node.end <= loop.end)
    if (!before && !again) continue
    if (isCall(node) && isOwn(calleeNames(node))) return undefined
    lines.add(syntax.position(node.start).line)
  }
  return lines
}

/** Where the last `await` ends that was surely passed: it stands in a block around the call, and in no branch of its own. */
function lastWait(nodes: readonly SyntaxNode[], around: readonly SyntaxNode[], call: SyntaxNode): number {
  const blocks = around.filter(({ type }) => type === 'BlockStatement' || type === 'Program')
  const statements = blocks
    .flatMap(childrenOf)
    .filter(({ type, end }) => end <= call.start && (type === 'ExpressionStatement' || type === 'VariableDeclaration'))
  const waits = nodes.filter(
    (node) => node.type === 'AwaitExpression' && statements.some(({ start, end }) => start <= node.start && node.end <= end)
  )
  return Math.max(0, ...waits.map(({ end }) => end))
}

const LOOPS = new Set(['ForStatement', 'ForInStatement', 'ForOfStatement', 'WhileStatement', 'DoWhileStatement'])
const isLoop = ({ type }: SyntaxNode): boolean => LOOPS.has(type)
