import { type Call, calleeNames, nameChain, ownNodes, propertyName } from './calls.ts'
import type { Script } from '../sources.ts'
import { type SyntaxNode, visit } from './parse.ts'

/** V8 names the code of a regular expression by its source: `RegExp: ^(a+)+$`. Nothing for other functions. */
export const sourceOfRegexp = ({ functionName, url }: { functionName: string; url: string }): string | undefined =>
  url === '' && functionName.startsWith(PREFIX) ? functionName.slice(PREFIX.length) : undefined
const PREFIX = 'RegExp: '

/** Of the expression, and of a string that is given one. */
const OF_REGEXP = new Set(['test', 'exec'])
const OF_STRING = new Set(['match', 'matchAll', 'replace', 'replaceAll', 'search', 'split'])

/** A call that runs a regular expression. */
export interface RegexpCall {
  call: Pick<Call, 'at' | 'start'>
  /** Whether it is the one that is asked for; nothing where the text does not tell. */
  is: boolean | undefined
}

/**
 * The calls of one function that may run an expression with this source.
 * @param valueOf what a module exports by these names
 */
export function regexpCallsOf(
  fn: SyntaxNode,
  { syntax, names }: Script,
  source: string,
  valueOf: (specifier: string, names: readonly string[]) => unknown
): RegexpCall[] {
  let written: Map<string, Set<string>> | undefined
  const isSame = (text: string): boolean => plain(text) === plain(source)

  function isIt(expression: SyntaxNode | undefined): boolean | undefined {
    if (expression === undefined) return undefined
    const literal = literalSource(expression)
    if (literal !== undefined) return isSame(literal)
    const chain = nameChain(expression).names
    const [first, ...rest] = chain
    if (first === undefined) return undefined
    const specifier = rest.length > 0 ? names.moduleOf(first) : undefined
    if (specifier !== undefined) {
      const value = valueOf(specifier, rest)
      return value instanceof RegExp ? isSame(value.source) : undefined
    }
    const sources = (written ??= writtenIn(syntax.program)).get(chain.at(-1)!)
    return sources && [...sources].some(isSame)
  }
  return ownNodes(fn).flatMap((node): RegexpCall[] => {
    const run = runOf(node)
    return run === undefined ? [] : [{ call: { at: run.at, start: node.start }, is: isIt(run.expression) }]
  })
}

/** Whether a call is one of those that run an expression mostly: `split` is given a string where none is written. */
export function mayRunRegexp(node: SyntaxNode): boolean {
  const run = runOf(node)
  return (
    run !== undefined &&
    (run.method !== 'split' || (run.expression !== undefined && (isLiteral(run.expression) || isConstructed(run.expression))))
  )
}

/** The method that may run an expression, where it stands, and the expression. */
function runOf(node: SyntaxNode): { method: string; at: number; expression: SyntaxNode | undefined } | undefined {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined
  const { object, property, computed } = node.callee
  const method = propertyName(property as SyntaxNode, computed) ?? ''
  const at = property.start
  if (OF_REGEXP.has(method)) return { method, at, expression: object as SyntaxNode }
  const [argument] = node.arguments as SyntaxNode[]
  // With a string there is no expression to run.
  const isString = argument?.type === 'TemplateLiteral' || (argument?.type === 'Literal' && typeof argument.value === 'string')
  return OF_STRING.has(method) && !isString ? { method, at, expression: argument } : undefined
}

/** Sources by the variables and properties that expressions are written into. */
function writtenIn(program: SyntaxNode): Map<string, Set<string>> {
  const written = new Map<string, Set<string>>()
  const note = (name: string | undefined, value: SyntaxNode | null | undefined): void => {
    const source = value ? literalSource(value) : undefined
    if (name === undefined || source === undefined) return
    const sources = written.get(name)
    if (sources === undefined) written.set(name, new Set([source]))
    else sources.add(source)
  }
  visit(program, (node) => {
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier') note(node.id.name, node.init as SyntaxNode | null)
    if (node.type === 'AssignmentExpression') note(nameChain(node.left as SyntaxNode).names.at(-1), node.right as SyntaxNode)
    if (node.type === 'Property' || node.type === 'PropertyDefinition')
      note(propertyName(node.key as SyntaxNode, node.computed), node.value as SyntaxNode | null)
    return true
  })
  return written
}

/** Of `/a+/` and `new RegExp('a+')`. */
function literalSource(node: SyntaxNode): string | undefined {
  if (isLiteral(node)) return node.regex.pattern
  if (!isConstructed(node)) return undefined
  const [argument] = node.arguments as SyntaxNode[]
  if (argument?.type === 'Literal' && typeof argument.value === 'string') return argument.value
  return argument === undefined ? undefined : literalSource(argument)
}

const isLiteral = (node: SyntaxNode): node is RegexpLiteral => node.type === 'Literal' && node.regex !== undefined && node.regex !== null
type RegexpLiteral = Extract<SyntaxNode, { type: 'Literal' }> & { regex: { pattern: string } }

const isConstructed = (node: SyntaxNode): node is Extract<SyntaxNode, { type: 'NewExpression' | 'CallExpression' }> =>
  (node.type === 'NewExpression' || node.type === 'CallExpression') && calleeNames(node).join('.') === 'RegExp'

/** A slash may be escaped, or need not. */
const plain = (source: string): string => source.replaceAll('\\/', '/')
