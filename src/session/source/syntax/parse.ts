import { createRequire } from 'node:module'
import type * as AcornModule from 'acorn'

export type SyntaxNode = AcornModule.AnyNode
type FunctionNode = Extract<SyntaxNode, { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }>

/** One script as a parser reads it. Offsets count from 0, lines and columns from 1. */
export interface Syntax {
  text: string
  program: SyntaxNode
  offset(line: number, column: number): number
  position(offset: number): { line: number; column: number }
  /**
   * The function that V8 places there: at its parameters, or at `async` of an arrow function. What stands before the first
   * column is the script itself.
   */
  functionAt(line: number, column: number): SyntaxNode | undefined
}

const require = createRequire(import.meta.url)
/** Loaded with the first place that is shown: it takes 5 to 10 ms, and most workers show none. */
const acorn = (): typeof AcornModule => require('acorn') as typeof AcornModule

/** Nothing where the text is no JavaScript that the parser knows. */
export function parse(lines: readonly string[]): Syntax | undefined {
  const text = lines.join('\n')
  const program = parseAs('module', text) ?? parseAs('script', text)
  if (program === undefined) return undefined
  const starts = [0]
  for (const line of lines) starts.push(starts.at(-1)! + line.length + 1)
  const offset = (line: number, column: number): number => (starts[line - 1] ?? text.length) + column - 1
  return {
    text,
    program,
    offset,
    position(at) {
      let line = starts.findLastIndex((start) => start <= at)
      if (line === lines.length) line--
      return { line: line + 1, column: at - starts[line]! + 1 }
    },
    functionAt: (line, column) => (column < 1 ? program : headAt(program, offset(line, column)))
  }
}

function parseAs(sourceType: 'module' | 'script', text: string): SyntaxNode | undefined {
  const lenient = {
    allowAwaitOutsideFunction: true,
    allowReturnOutsideFunction: true,
    allowImportExportEverywhere: true,
    allowHashBang: true
  }
  try {
    return acorn().parse(text, { ecmaVersion: 'latest', sourceType, ...lenient }) as SyntaxNode
  } catch {
    return undefined
  }
}

/** The innermost function whose head, which is all before its body, holds the offset. */
const headAt = (program: SyntaxNode, at: number): SyntaxNode | undefined =>
  nodesAround(program, at).findLast((node) => isFunction(node) && at < node.body.start)

/** The nodes that an offset is in, outermost first. */
export function nodesAround(program: SyntaxNode, at: number): SyntaxNode[] {
  const around: SyntaxNode[] = []
  visit(program, (node) => {
    const holds = node.start <= at && at < node.end
    if (holds) around.push(node)
    return holds
  })
  return around
}

/** The innermost function that an offset is in, or the whole script. */
export const enclosingFunction = ({ program }: Pick<Syntax, 'program'>, at: number): SyntaxNode =>
  nodesAround(program, at).findLast(isFunction) ?? program

export const isFunction = (node: SyntaxNode): node is FunctionNode =>
  node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression' || node.type === 'FunctionDeclaration'

/** Calls `enter` for a node and all below it, in the order of the text; what it does not want to enter is left out. */
export function visit(node: SyntaxNode, enter: (node: SyntaxNode) => boolean): void {
  if (enter(node)) for (const child of childrenOf(node)) visit(child, enter)
}

export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  return Object.values(node).flatMap((value: unknown) => (Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []))
}

const isNode = (value: unknown): value is SyntaxNode => typeof (value as { type?: unknown } | null)?.type === 'string'
