import type { StackFrame } from '../../model/code.ts'
import type { Sources } from './sources.ts'
import { isFunction, nodesAround, type SyntaxNode, visit } from './syntax/parse.ts'

/**
 * Whether a frame is of `new Promise(executor)` with an executor that takes no parameter: nothing can settle such a promise, and
 * it is meant to hang.
 */
export function makesStub({ script }: Pick<Sources, 'script'>, { url, line, column }: StackFrame): boolean {
  const syntax = script(url)?.syntax
  if (syntax === undefined) return false
  const at = syntax.offset(line, column)
  const made = nodesAround(syntax.program, at).find((node) => node.type === 'NewExpression' && node.start === at)
  const executor = made?.type === 'NewExpression' ? made.arguments[0] : undefined
  return executor !== undefined && isFunction(executor) && executor.params.length === 0 && !takesArguments(executor)
}

/** A plain function may take `resolve` out of its `arguments`. */
function takesArguments(executor: SyntaxNode): boolean {
  let takes = false
  visit(executor, (node) => {
    if (node.type === 'Identifier' && node.name === 'arguments') takes = true
    return node === executor || node.type === 'ArrowFunctionExpression' || !isFunction(node)
  })
  return takes && executor.type !== 'ArrowFunctionExpression'
}
