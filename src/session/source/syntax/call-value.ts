import { nodesAround, type Syntax, type SyntaxNode } from './parse.ts'

export type CallNode = Extract<SyntaxNode, { type: 'CallExpression' | 'NewExpression' | 'TaggedTemplateExpression' }>

/** What becomes of the value that a call gives. */
export interface ValueUse {
  /** It is passed on to the caller of the function. */
  returned: boolean
  /** That, or it is assigned, an argument, or part of an array or object. */
  kept: boolean
}

/** The call of a stack frame, and the nodes around it, outermost first; nothing where no call stands there. */
export interface CallInText {
  node: CallNode
  around: readonly SyntaxNode[]
}

/** The call that V8 places there. */
export function callAt({ program, text, offset }: Syntax, line: number, column: number): CallInText | undefined {
  const at = offset(line, column)
  const around = nodesAround(program, at)
  const index = around.findLastIndex((node) => isCall(node) && positionOf(node, text) === at)
  return index === -1 ? undefined : { node: around[index] as CallNode, around: around.slice(0, index) }
}

export const isCall = (node: SyntaxNode): node is CallNode =>
  node.type === 'CallExpression' || node.type === 'NewExpression' || node.type === 'TaggedTemplateExpression'

/**
 * V8 places a call at the last name of what is called, at `new`, or at its template; one of no name, in brackets, or behind `?.` at the
 * bracket of its arguments.
 */
function positionOf(call: CallNode, text: string): number {
  if (call.type === 'NewExpression') return call.start
  if (call.type === 'TaggedTemplateExpression') return call.quasi.start
  const callee = call.callee as SyntaxNode
  const bracket = text.indexOf('(', callee.end)
  if (call.optional === true || text.slice(callee.end, bracket).includes(')')) return bracket
  if (callee.type === 'Identifier' || callee.type === 'Super') return callee.start
  return callee.type === 'MemberExpression' && !callee.computed && callee.property.type === 'Identifier' ? callee.property.start : bracket
}

/** How the value is used of a call, and of what its methods give: `save().then(log)` passes on what `save()` began. */
export function useOf({ node, around }: CallInText): ValueUse {
  let inner: SyntaxNode = node
  let kept = false
  for (const outer of around.toReversed()) {
    const use = stepOut(outer, inner)
    if (use === 'returned') return { returned: true, kept: true }
    if (use === 'lost') return { returned: false, kept }
    kept ||= use === 'kept'
    inner = outer
  }
  return { returned: false, kept }
}

/**
 * What becomes of a value in the node around it: the node has it as its own value, keeps it besides, gives it to the caller, or loses it.
 */
function stepOut(outer: SyntaxNode, inner: SyntaxNode): 'same' | 'kept' | 'returned' | 'lost' {
  switch (outer.type) {
    case 'ReturnStatement':
      return 'returned'
    case 'ArrowFunctionExpression':
      return outer.body === inner ? 'returned' : 'lost'
    case 'AwaitExpression':
    case 'ChainExpression':
    case 'LogicalExpression':
      return 'same'
    case 'MemberExpression':
      return outer.object === inner ? 'same' : 'kept'
    case 'ConditionalExpression':
      return outer.test === inner ? 'lost' : 'same'
    case 'SequenceExpression':
      return outer.expressions.at(-1) === inner ? 'same' : 'lost'
    case 'CallExpression':
      return outer.callee === inner ? 'same' : 'kept'
    case 'ImportExpression':
    case 'NewExpression':
    case 'AssignmentExpression':
    case 'AssignmentPattern':
    case 'VariableDeclarator':
    case 'PropertyDefinition':
    case 'ArrayExpression':
    case 'SpreadElement':
    case 'YieldExpression':
    case 'ForOfStatement':
    case 'ExportDefaultDeclaration':
    case 'Property':
      return 'kept'
    default:
      return 'lost'
  }
}

/** Whether a call has two arguments or more; with a spread among them it may. */
export const hasTwoArguments = ({ node }: CallInText): boolean =>
  node.type !== 'TaggedTemplateExpression' && (node.arguments.length > 1 || node.arguments.some(({ type }) => type === 'SpreadElement'))
