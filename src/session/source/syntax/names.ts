import { nameChain, propertyName } from './calls.ts'
import { specifierOf } from './imports.ts'
import { isFunction, type SyntaxNode, visit } from './parse.ts'

/** What the names in one script stand for, as far as its text tells. */
export interface Names {
  /** All names that a function with one of these names has in this script, too: `const go = slow`, `{ read: parse }`. */
  others(names: ReadonlySet<string>): Set<string>
  /** The module that a variable holds: `./kit.ts` of `const kit = await import('./kit.ts')`. */
  moduleOf(name: string): string | undefined
  /** Whether a function with this name is written in this script. */
  isWritten(name: string): boolean
}

/** Longer chains of names there are none that a person has written. */
const MAX_ROUNDS = 4

export function namesIn(program: SyntaxNode): Names {
  const renamed: [from: string, to: string][] = []
  const modules = new Map<string, string>()
  const written = new Set<string>()
  const rename = (from: string | undefined, to: string | undefined): void => {
    if (from !== undefined && to !== undefined && from !== to) renamed.push([from, to])
  }
  visit(program, (node) => {
    if (node.type === 'FunctionDeclaration' && node.id) written.add(node.id.name)
    if (node.type === 'VariableDeclarator' && node.init && node.id.type === 'Identifier') {
      const init = node.init as SyntaxNode
      const { name } = node.id
      if (isFunction(init)) written.add(name)
      const specifier = specifierOf(init.type === 'AwaitExpression' ? (init.argument as SyntaxNode) : init)
      // A module of CommonJS may be a function itself.
      if (specifier === undefined) rename(valueName(init), name)
      else {
        modules.set(name, specifier)
        rename('default', name)
      }
    }
    if (node.type === 'AssignmentExpression') rename(valueName(node.right as SyntaxNode), valueName(node.left as SyntaxNode))
    if (node.type === 'AssignmentPattern') rename(valueName(node.right as SyntaxNode), valueName(node.left as SyntaxNode))
    if (node.type === 'ObjectExpression') for (const [name, other] of namedParts(node.properties as SyntaxNode[])) rename(other, name)
    if (node.type === 'ObjectPattern') for (const [name, other] of namedParts(node.properties as SyntaxNode[])) rename(name, other)
    if (node.type === 'PropertyDefinition' && node.value)
      rename(valueName(node.value as SyntaxNode), propertyName(node.key as SyntaxNode, node.computed))
    if (node.type === 'ImportSpecifier') rename(exportedName(node.imported as SyntaxNode), node.local.name)
    if (node.type === 'ImportDefaultSpecifier') rename('default', node.local.name)
    if (node.type === 'ExportSpecifier') rename(exportedName(node.local as SyntaxNode), exportedName(node.exported as SyntaxNode))
    if (node.type === 'ExportDefaultDeclaration') rename(valueName(node.declaration as SyntaxNode), 'default')
    return true
  })
  return {
    moduleOf: (name) => modules.get(name),
    isWritten: (name) => written.has(name),
    others(names) {
      const all = new Set(names)
      for (let round = 0, before = 0; round < MAX_ROUNDS && all.size > before; round++) {
        before = all.size
        for (const [from, to] of renamed) if (all.has(from)) all.add(to)
      }
      return all
    }
  }
}

/** `read` and `readSync` of `{ read: readSync }`, which is a value or a pattern. */
function namedParts(properties: readonly SyntaxNode[]): [name: string | undefined, other: string | undefined][] {
  return properties.flatMap((each) => {
    if (each.type !== 'Property') return []
    const value = each.value as SyntaxNode
    const inner = value.type === 'AssignmentPattern' ? (value.left as SyntaxNode) : value
    return [[propertyName(each.key as SyntaxNode, each.computed), valueName(inner)]]
  })
}

/** The last name of what a value is reached by; of a function that is bound, too. */
function valueName(value: SyntaxNode): string | undefined {
  if (value.type === 'FunctionDeclaration' || value.type === 'FunctionExpression') return value.id?.name
  if (value.type === 'CallExpression') {
    const { names } = nameChain(value.callee as SyntaxNode)
    return names.at(-1) === 'bind' ? names.at(-2) : undefined
  }
  return nameChain(value).names.at(-1)
}

const exportedName = (node: SyntaxNode): string | undefined => propertyName(node, false)
