import { nameChain } from './calls.ts'
import { nodesAround, type Syntax, type SyntaxNode, visit } from './parse.ts'

/** What `require`, `import()`, and what Vite makes of both are called with. */
export function specifierOf(node: SyntaxNode): string | undefined {
  if (node.type === 'ImportExpression') return literal(node.source as SyntaxNode)
  if (node.type !== 'CallExpression') return undefined
  const callee = node.callee as SyntaxNode
  // `createRequire(import.meta.url)('kit')`.
  const made = callee.type === 'CallExpression' && nameChain(callee.callee as SyntaxNode).names.at(-1) === 'createRequire'
  const loads = made || LOADERS.test(nameChain(callee).names.join('.'))
  return loads ? literal(node.arguments[0] as SyntaxNode | undefined) : undefined
}

/**
 * Whether what is awaited at a place has an `import()` in it, as it is written, or as Vite's module runner has it. V8 places the promise
 * of an `await` at the last call in what is awaited, and only where there is none at the word itself.
 */
export function awaitsImport({ program, offset }: Syntax, line: number, column: number): boolean {
  const awaited = nodesAround(program, offset(line, column)).findLast(({ type }) => type === 'AwaitExpression')
  let imports = false
  if (awaited !== undefined) {
    visit(awaited, (node) => {
      imports ||= isImport(node)
      return !imports
    })
  }
  return imports
}

const isImport = (node: SyntaxNode): boolean =>
  node.type === 'ImportExpression' ||
  (node.type === 'CallExpression' && nameChain(node.callee as SyntaxNode).names.join('.') === '__vite_ssr_dynamic_import__')

/** Names by which code calls what loads a module. */
const LOADERS = /^(?:require|__vi\w*import__|__vi\w*\.importActual)$/

const literal = (node: SyntaxNode | undefined): string | undefined =>
  node?.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined
