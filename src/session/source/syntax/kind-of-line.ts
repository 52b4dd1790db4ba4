import type { BlockKind } from '../../../model/finding.ts'
import { nameChain, ownNodes } from './calls.ts'
import type { Syntax, SyntaxNode } from './parse.ts'
import { mayRunRegexp } from './regexps.ts'

/** On a line that was written by a person. Minified ones hold whole functions, and tell nothing of what took the time. */
const MAX_LINE = 200

/**
 * V8 gives its own JSON and regular expressions no frame: their time is that of the line on which a function calls them. What
 * functions inside it do there has frames of its own.
 */
export function kindOfLine(syntax: Syntax, fn: SyntaxNode, line: number): BlockKind | undefined {
  if (syntax.offset(line + 1, 1) - syntax.offset(line, 1) > MAX_LINE) return undefined
  const calls = ownNodes(fn).filter(
    (node) => node.type === 'CallExpression' && syntax.position(nameChain(node.callee as SyntaxNode).at).line === line
  )
  if (calls.some(isJson)) return 'json'
  return calls.some(mayRunRegexp) ? 'regexp' : undefined
}

function isJson(node: SyntaxNode): boolean {
  const [object, method, ...rest] = node.type === 'CallExpression' ? nameChain(node.callee as SyntaxNode).names : []
  return object === 'JSON' && (method === 'parse' || method === 'stringify') && rest.length === 0
}
