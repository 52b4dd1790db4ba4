import type { LineTicks } from '../../model/code.ts'
import { type Call, callsOf, isRepeated, placeOfCall, readsOf } from './syntax/calls.ts'
import { createKnownFunctions, type FunctionPlace, lastName } from './known-functions.ts'
import { regexpCallsOf, sourceOfRegexp } from './syntax/regexps.ts'
import type { Script, Sources } from './sources.ts'

/** Where one function calls another one. */
export interface CallSite {
  at: [line: number, column: number]
  /** There is no other call that it can be. */
  sure: boolean
}

export interface CallSites {
  /**
   * By whose function is called, not by what it is called there.
   * @param hot lines of the caller that were seen running
   */
  find(caller: FunctionPlace, callee: FunctionPlace, hot: readonly LineTicks[]): CallSite | undefined
}

/** Node formats the stack of an error when somebody reads it. */
const FORMATS_STACKS = 'prepareStackTraceCallback'

/** Node's own names for functions that users know by another. */
const ZLIB = [
  'gzip',
  'gunzip',
  'deflate',
  'deflateRaw',
  'inflate',
  'inflateRaw',
  'unzip',
  'brotliCompress',
  'brotliDecompress',
  'zstdCompress',
  'zstdDecompress'
].map((name) => `${name}Sync`)
const NODES_NAMES: Record<string, readonly string[]> = {
  syncBufferWrapper: ZLIB,
  zlibBufferSync: ZLIB,
  hrtimeBigInt: ['bigint'],
  [FORMATS_STACKS]: ['stack']
}

/** Called by whoever reads or sets a property, and no call in the text. */
const isRead = ({ functionName }: FunctionPlace): boolean => functionName === FORMATS_STACKS || /^[gs]et /.test(functionName)

/** Objects of JavaScript itself: what they hold is nobody's function. */
const BUILTINS = new Set([
  'JSON',
  'Math',
  'Object',
  'Array',
  'Number',
  'String',
  'Boolean',
  'Symbol',
  'BigInt',
  'Date',
  'Promise',
  'Reflect',
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'RegExp',
  'Error',
  'console',
  'Buffer',
  'process',
  'Atomics',
  'Intl',
  'URL',
  'performance',
  'structuredClone',
  'parseInt',
  'parseFloat'
])
/** Methods that strings, arrays and the like have: where they are called, no function of a dependency is, most likely. */
const BUILTIN_METHODS = new Set(
  Object.getOwnPropertyNames(Array.prototype).concat(
    Object.getOwnPropertyNames(String.prototype),
    Object.getOwnPropertyNames(Map.prototype),
    Object.getOwnPropertyNames(Promise.prototype)
  )
)

export function createCallSites(sources: Pick<Sources, 'get' | 'script' | 'modules' | 'module'>): CallSites {
  const known = createKnownFunctions(sources)

  /** What the function may be called there: as modules export it, else by its own name. */
  function namesOf(callee: FunctionPlace): Set<string> {
    const own = lastName(callee.functionName)
    if (callee.url === '') return new Set([own])
    // Some of Node's functions and classes have a `_` before the name that users know.
    if (callee.url.startsWith('node:')) return new Set([...(NODES_NAMES[own] ?? [own.replace(/^_+/, '')]), ...known.namesOf(callee)])
    const exported = known.namesOf(callee)
    if (exported.size > 0) return exported
    return sources.script(callee.url)?.names.others(new Set([own])) ?? new Set([own])
  }
  /** Nothing where that cannot be told. */
  function isCalled(
    { names, whole }: Call,
    { names: inScript }: Script,
    caller: FunctionPlace,
    callee: FunctionPlace
  ): boolean | undefined {
    const [first, ...rest] = names as [string, ...string[]]
    if (!whole || callee.url === '') return undefined
    if (BUILTINS.has(first)) return callee.url.startsWith('node:') ? undefined : false
    if (rest.length === 0) return inScript.isWritten(first) && callee.url !== caller.url ? false : undefined
    const specifier = inScript.moduleOf(first)
    const module = specifier === undefined ? undefined : sources.module(specifier)
    if (module === undefined) return undefined
    const leads = known.leadsTo(module, rest, callee)
    // Node's functions are patched while they are watched.
    return leads === false && callee.url.startsWith('node:') && specifier?.startsWith('node:') ? undefined : leads
  }
  function exportOf(specifier: string, names: readonly string[]): unknown {
    const module = sources.module(specifier)
    return module && known.valueIn(module, names)
  }
  return {
    find(caller, callee, hot) {
      const script = sources.script(caller.url)
      const fn = script?.syntax.functionAt(caller.line, caller.column)
      if (script === undefined || fn === undefined || callee.functionName === '') return undefined
      const regexp = sourceOfRegexp(callee)
      const runs = regexp === undefined ? [] : regexpCallsOf(fn, script, regexp, exportOf)
      if (runs.length > 0) {
        const sites = runs.map(({ call, is }) => ({ is, at: placeOfCall(script.syntax, call), repeated: () => isRepeated(fn, call) }))
        const sure = sites.filter(({ is }) => is === true)
        return choose(sure.length > 0 ? sure : sites.filter(({ is }) => is === undefined), hot, true)
      }
      const all = isRead(callee) ? readsOf(fn) : callsOf(fn)
      const calls = all.map((call) => ({
        call,
        is: isCalled(call, script, caller, callee),
        at: placeOfCall(script.syntax, call),
        repeated: () => isRepeated(fn, call)
      }))
      const exact = calls.filter(({ is }) => is === true)
      if (exact.length > 0) return choose(exact, hot, true)
      const open = calls.filter(({ is }) => is === undefined)
      const names = namesOf(callee)
      const named = open.filter(({ call }) => names.has(call.names.at(-1)!))
      if (named.length > 0) return choose(named, hot, true)
      const others = script.names.others(names)
      const renamed = open.filter(({ call }) => others.has(call.names.at(-1)!))
      if (renamed.length > 0) return choose(renamed, hot, true)
      // The only call that nothing is known of.
      const rest = open.filter(({ call: { names: chain } }) => !BUILTIN_METHODS.has(chain.at(-1)!))
      return rest.length === 1 ? choose(rest, hot, false) : undefined
    }
  }
}

/** A single tick says no more than that the caller was there once, and it was at each of its lines. */
const TELLING_TICKS = 3
const TELLING_SHARE = 0.8

interface Candidate extends Pick<CallSite, 'at'> {
  /** Whether it stands in a loop. */
  repeated(): boolean
}

/** Of those on several lines the one that was seen running, or else the only one in a loop, likely; else nobody knows. */
function choose(sites: readonly Candidate[], hot: readonly LineTicks[], sure: boolean): CallSite | undefined {
  const lines = new Set(sites.map(({ at }) => at[0]))
  if (lines.size === 1) return { at: sites[0]!.at, sure }
  const ticked = hot.filter(({ line }) => lines.has(line)).toSorted((a, b) => b.ticks - a.ticks)
  const total = ticked.reduce((sum, { ticks }) => sum + ticks, 0)
  const [top] = ticked
  if (top !== undefined && top.ticks >= TELLING_TICKS && top.ticks >= total * TELLING_SHARE) {
    return { at: sites.find(({ at }) => at[0] === top.line)!.at, sure: false }
  }
  const repeated = sites.filter((site) => site.repeated())
  return new Set(repeated.map(({ at }) => at[0])).size === 1 ? { at: repeated[0]!.at, sure: false } : undefined
}
