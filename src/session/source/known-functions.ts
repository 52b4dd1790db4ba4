import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { types } from 'node:util'
import type { LoadedModule, Source } from './sources.ts'

/** A function as V8 names it, and where it places it. */
export interface FunctionPlace {
  functionName: string
  url: string
  line: number
  column: number
}

/** Finds functions in what modules export: what a function is called by its users is no more than a name of an export. */
export interface KnownFunctions {
  /** The names that modules export a function by, its own or others. */
  namesOf(place: FunctionPlace): Set<string>
  /** Whether the export that these names lead to is that function; nothing where that cannot be told. */
  leadsTo(module: LoadedModule, names: readonly string[], place: FunctionPlace): boolean | undefined
  /** What these names of a module's exports lead to. */
  valueIn(module: LoadedModule, names: readonly string[]): unknown
}

export interface ModuleReader {
  modules(): LoadedModule[]
  get(url: string): Source | undefined
}

interface Known {
  fn: object
  as: string
}

/** `default.read`, and the methods of what that has: users reach no deeper. */
const MAX_DEPTH = 3
const MAX_KNOWN = 20_000

export function createKnownFunctions(reader: ModuleReader): KnownFunctions {
  const indexes = new Map<string, { modules: number; byName: Map<string, Known[]> }>()

  /** What the user's modules import, and what is required of the function's own package. */
  function knownTo({ url }: FunctionPlace): Map<string, Known[]> {
    const folder = packageFolder(url)
    const modules = [...reader.modules(), ...requiredModules(folder)]
    let index = indexes.get(folder)
    if (index?.modules !== modules.length) {
      index = { modules: modules.length, byName: indexOf(modules) }
      indexes.set(folder, index)
    }
    return index.byName
  }
  /** A module may export another one whole. */
  function inside(object: unknown, name: string): unknown {
    const module = reader.modules().find(({ exports }) => exports === object)
    if (module !== undefined) return exported(module, name)
    return isObject(object) ? valueOf(object, name) : undefined
  }
  function valueIn(module: LoadedModule, names: readonly string[]): unknown {
    const [first = '', ...rest] = names
    return rest.reduce<unknown>((object, name) => inside(object, name), exported(module, first))
  }
  return {
    valueIn,
    namesOf(place) {
      const own = lastName(place.functionName)
      const found = (knownTo(place).get(own) ?? []).filter(({ fn }) => isAt(fn, place, reader.get(place.url)))
      return new Set(found.map(({ as }) => as))
    },
    leadsTo(module, names, place) {
      const value = valueIn(module, names)
      return typeof value === 'function' && !isStandIn(value) ? isAt(value, place, reader.get(place.url)) : undefined
    }
  }
}

/** V8 puts a class before the names of its methods, and `get` before those of getters. */
export const lastName = (functionName: string): string => functionName.split(/[. ]/).at(-1)!

const require = createRequire(import.meta.url)

/** `/app/node_modules/kit/`; empty for what is no dependency. */
const packageFolder = (url: string): string => /.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+[\\/]/.exec(pathOf(url))?.[0] ?? ''

function pathOf(url: string): string {
  try {
    return url.startsWith('file:') ? fileURLToPath(url) : url
  } catch {
    return url
  }
}

/** Those of a folder that were loaded by `require`, for which Vitest keeps nothing. */
function requiredModules(folder: string): LoadedModule[] {
  if (folder === '') return []
  const modules = Object.entries(require.cache).filter(([path, module]) => path.startsWith(folder) && module !== undefined)
  return modules.map(([, module]) => ({ exports: { default: valueOf(module!, 'exports') }, transformed: false }))
}

function indexOf(modules: readonly LoadedModule[]): Map<string, Known[]> {
  const byName = new Map<string, Known[]>()
  const seen = new Set<object>()
  let known = 0
  const add = (value: unknown, as: string, depth: number): void => {
    if (!isObject(value) || known > MAX_KNOWN) return
    if (typeof value === 'function') {
      known++
      const name = String(valueOf(value, 'name') ?? '')
      const list = byName.get(name)
      if (list === undefined) byName.set(name, [{ fn: value, as }])
      else list.push({ fn: value, as })
    }
    if (depth === MAX_DEPTH || seen.has(value) || types.isProxy(value)) return
    seen.add(value)
    for (const key of Object.getOwnPropertyNames(value)) if (key !== 'constructor') add(valueOf(value, key), key, depth + 1)
    const prototype: unknown = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined
    // The methods of an instance that is exported.
    if (prototype !== Object.prototype) add(prototype, as, depth + 1)
  }
  for (const module of modules) for (const key of Object.getOwnPropertyNames(module.exports)) add(exported(module, key), key, 1)
  return byName
}

const isObject = (value: unknown): value is object => (typeof value === 'object' || typeof value === 'function') && value !== null

/** Vitest puts a proxy of its own around what dependencies export, and Vite getters into what it has transformed. */
function exported({ exports, transformed }: LoadedModule, key: string): unknown {
  try {
    const found = Object.getOwnPropertyDescriptor(exports, key)
    return found?.get === undefined || !transformed ? found?.value : found.get.call(exports)
  } catch {
    return undefined
  }
}

/** What a property holds. A getter is code of the user's, as are traps of a proxy: they run when the user wants them to. */
function valueOf(object: object, key: string): unknown {
  if (types.isProxy(object)) return undefined
  try {
    return Object.getOwnPropertyDescriptor(object, key)?.value
  } catch {
    // A binding of a module that is still being evaluated.
    return undefined
  }
}

/** A bound function and a mock work for another one. */
const isStandIn = (value: object): boolean =>
  types.isProxy(value) || textOf(value).endsWith(NATIVE) || Object.hasOwn(value, '_isMockFunction')

const NATIVE = '{ [native code] }'

const textOf = (fn: object): string => Function.prototype.toString.call(fn)

/** By its text, which has to stand around the place. Node's own files cannot be read: there the name has to do. */
function isAt(fn: object, { functionName, url, line, column }: FunctionPlace, source: Source | undefined): boolean {
  const text = textOf(fn)
  const sameName = valueOf(fn, 'name') === lastName(functionName)
  if (url.startsWith('node:')) return sameName && !text.endsWith(NATIVE)
  if (source === undefined) return false
  // V8 places a class at its constructor.
  if (text.startsWith('class')) return sameName && source.lines.join('\n').includes(text)
  const before = source.lines[line - 1] ?? ''
  const from = before.lastIndexOf(text.split('\n', 1)[0]!, column - 1)
  // A function inside the head of another one there is none, but for defaults of parameters, which come behind the place.
  if (from === -1 || before.slice(from, column - 1).includes('{')) return false
  return [before.slice(from), ...source.lines.slice(line, line + text.split('\n').length)].join('\n').startsWith(text)
}
