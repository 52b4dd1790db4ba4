import { childrenOf, isFunction, type Syntax, type SyntaxNode } from './parse.ts'

/** A call in the text of one function; those of functions inside it are not its own. */
export interface Call {
  /** The names of what is called, outermost first: `kit`, `files` and `read` of `kit.files.read()`. */
  names: string[]
  /** Whether the first name is a variable's: not for `find().read()`. */
  whole: boolean
  /** Where the last name stands, and the whole call begins and ends. */
  at: number
  start: number
  end: number
}

/** What one function itself calls, in the order of the text. @param fn a function or a whole script */
export function callsOf(fn: SyntaxNode): Call[] {
  const calls: Call[] = []
  for (const node of ownNodes(fn)) {
    const callee = calleeOf(node)
    const named = callee && nameChain(callee)
    if (named !== undefined && named.names.length > 0) calls.push({ ...withoutApply(named), start: node.start, end: node.end })
  }
  return calls
}

/** The same of properties that it reads or sets. */
export function readsOf(fn: SyntaxNode): Call[] {
  return ownNodes(fn)
    .filter(({ type }) => type === 'MemberExpression')
    .map((node) => ({ ...nameChain(node), start: node.start, end: node.end }))
    .filter(({ names }) => names.length > 0)
}

/** Whether a function makes a call again and again: it stands in one of its loops. */
export function isRepeated(fn: SyntaxNode, { start }: Pick<Call, 'start'>): boolean {
  return ownNodes(fn).some((node) => {
    const from = repeatedFrom(node)
    return from !== undefined && start >= from && start < node.end
  })
}

/** Where the part of a loop begins that runs each time. */
function repeatedFrom(node: SyntaxNode): number | undefined {
  if (node.type === 'WhileStatement' || node.type === 'DoWhileStatement') return node.start
  if (node.type === 'ForStatement') return (node.test ?? node.update ?? node.body).start
  return node.type === 'ForOfStatement' || node.type === 'ForInStatement' ? node.body.start : undefined
}

/** All nodes that belong to a function itself, its parameters included. */
export function ownNodes(fn: SyntaxNode): SyntaxNode[] {
  const nodes: SyntaxNode[] = []
  const add = (node: SyntaxNode): void => {
    nodes.push(node)
    if (!isFunction(node)) for (const child of childrenOf(node)) add(child)
  }
  for (const child of childrenOf(fn)) add(child)
  return nodes
}

/** What a call calls, by the names that lead to it. */
export const calleeNames = (node: SyntaxNode): string[] =>
  node.type === 'CallExpression' || node.type === 'NewExpression' ? nameChain(node.callee as SyntaxNode).names : []

function calleeOf(node: SyntaxNode): SyntaxNode | undefined {
  if (node.type === 'CallExpression' || node.type === 'NewExpression') return node.callee as SyntaxNode
  return node.type === 'TaggedTemplateExpression' ? (node.tag as SyntaxNode) : undefined
}

interface NameChain extends Pick<Call, 'names' | 'whole' | 'at'> {
  /** Where each of the names stands. */
  places: number[]
}

/** `fn.call(this)` and `fn.apply(this, all)` call `fn`. */
function withoutApply({ names, whole, at, places }: NameChain): Pick<Call, 'names' | 'whole' | 'at'> {
  const through = names.length > 1 && (names.at(-1) === 'call' || names.at(-1) === 'apply')
  return through ? { names: names.slice(0, -1), whole, at: places.at(-2)! } : { names, whole, at }
}

/** The names that an expression is reached by; those of `(0, kit.read)` are those of `kit.read`. */
export function nameChain(node: SyntaxNode): NameChain {
  if (node.type === 'Identifier') return { names: [node.name], whole: true, at: node.start, places: [node.start] }
  if (node.type === 'ChainExpression') return nameChain(node.expression as SyntaxNode)
  if (node.type === 'SequenceExpression') return nameChain(node.expressions.at(-1) as SyntaxNode)
  if (node.type === 'AwaitExpression') return { ...nameChain(node.argument as SyntaxNode), whole: false }
  if (node.type !== 'MemberExpression') return { names: [], whole: false, at: node.start, places: [] }
  const object = nameChain(node.object as SyntaxNode)
  const name = propertyName(node.property as SyntaxNode, node.computed)
  if (name === undefined) return { names: [], whole: false, at: node.start, places: [] }
  const at = node.property.start
  return { names: [...object.names, name], whole: object.whole, at, places: [...object.places, at] }
}

/** The name of a property: `read`, `#read` and `'read'`; nothing where it is computed. */
export function propertyName(key: SyntaxNode, computed: boolean): string | undefined {
  if (key.type === 'PrivateIdentifier') return `#${key.name}`
  if (key.type === 'Identifier') return computed ? undefined : key.name
  return key.type === 'Literal' && typeof key.value === 'string' ? key.value : undefined
}

/** Where a call stands in its script. */
export const placeOfCall = (syntax: Syntax, { at }: Pick<Call, 'at'>): [line: number, column: number] => {
  const { line, column } = syntax.position(at)
  return [line, column]
}
