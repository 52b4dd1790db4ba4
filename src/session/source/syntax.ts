import { createRequire } from 'node:module'
import type * as AcornModule from 'acorn'
import type { StackFrame } from '../../records/code.ts'
import type { Source } from '../sources.ts'

/** Answers questions about JavaScript that runs, by a parser. It is loaded with the first question: most workers ask none. */
export interface Syntax {
  /** Whether a frame is of `new Promise(executor)` with an executor that takes no parameter, and so can never settle it. */
  makesStub(frame: StackFrame): boolean
}

const require = createRequire(import.meta.url)
const acorn = (): typeof AcornModule => require('acorn') as typeof AcornModule

export function createSyntax(get: (url: string) => Source | undefined): Syntax {
  /** The expression that begins at a frame's position; nothing where the parser refuses it. */
  function expressionAt({ url, line, column }: StackFrame): AcornModule.Expression | undefined {
    const source = get(url)
    if (source === undefined) return undefined
    // Lines were split at `\n` alone.
    const text = source.lines.slice(line - 1).join('\n')
    try {
      return acorn().parseExpressionAt(text, column - 1, { ecmaVersion: 'latest', sourceType: 'module', allowAwaitOutsideFunction: true, allowSuperOutsideMethod: true })
    } catch {
      return undefined
    }
  }
  return {
    makesStub(frame) {
      const expression = expressionAt(frame)
      const made = expression === undefined ? undefined : innermostNew(expression)
      const [executor] = made?.arguments ?? []
      return (executor?.type === 'ArrowFunctionExpression' || executor?.type === 'FunctionExpression') && executor.params.length === 0 && !usesArguments(executor)
    }
  }
}

/** An expression may go on behind it: `new Promise(() => {}).finally(…)`, `new Promise(() => {}) ?? …`. */
function innermostNew(node: AcornModule.Node): AcornModule.NewExpression | undefined {
  let each: AcornModule.Node | undefined = node
  while (each !== undefined && each.type !== 'NewExpression') {
    const { object, callee, left, test, expressions, expression } = each as unknown as Record<string, AcornModule.Node & AcornModule.Node[]>
    each = object ?? callee ?? left ?? test ?? expressions?.[0] ?? expression
  }
  return each as AcornModule.NewExpression | undefined
}

/** A plain function may take `resolve` out of its `arguments`. */
function usesArguments(executor: AcornModule.Node): boolean {
  return executor.type === 'FunctionExpression' && JSON.stringify(executor).includes('"name":"arguments"')
}
