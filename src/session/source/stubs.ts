import type { StackFrame } from '../../model/code.ts'
import type { Sources } from './sources.ts'
import { isFunction, type SyntaxNode, visit } from './syntax.ts'

/**
 * Whether a frame is of `new Promise(executor)` with an executor that takes no parameter: nothing can settle such a promise, and
 * it is meant to hang.
 */
export function makesStub({ script }: Pick<Sources, 'script'>, { url, line, column }: StackFrame): boolean {
  const syntax = script(url)?.syntax
  if (syntax === undefined) return false
  const at = syntax.offset(line, column)
  let executor: SyntaxNode | undefined
  visit(syntax.program, (node) => {
    if (node.type === 'NewExpression' && node.start === at) executor = node.arguments[0]
    return at >= node.start && at < node.end
  })
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
