import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type * as TraceMappingModule from '@jridgewell/trace-mapping'
import type { EvaluatedModule, ModuleGraph, RunnerAccess } from '../../model/module-graph.ts'
import { readFileSync } from '../../node/builtins.ts'
import { withRealBuiltins } from '../../node/real-builtins.ts'
import { isOursUrl } from '../../our-files.ts'
import type { Names } from './syntax/names.ts'
import type { Syntax } from './syntax/parse.ts'
import { isOwnUrl, isRunnerUrl } from './user-code.ts'

/** What a module exports, as far as it was evaluated. */
export interface LoadedModule {
  exports: object
  /** Its exports are getters that Vite has written, and may be called: those of others may be anything. */
  transformed: boolean
}

export interface Source {
  /** The absolute path, with forward slashes. */
  path: string
  /** Executed code, line by line. */
  lines: string[]
  /** A position in `lines`, 1-based, in the original source. */
  original(line: number, column: number): { path: string; line: number; column: number }
}

export interface Script {
  syntax: Syntax
  names: Names
  /** Whether what is awaited at a place has an `import()` in it. */
  awaitsImport(line: number, column: number): boolean
}

/**
 * Executed code and its source map, read when a place is first shown and forgotten with the test file.
 * @param readScript what a parser makes of it
 * @param modulesOf the modules of the test file with this global object
 */
export function createSources(readScript: (lines: readonly string[]) => Script | undefined, modulesOf: RunnerAccess['modulesOf']): Sources {
  const cache = new Map<string, Source | undefined>()
  const scripts = new Map<string, Script | undefined>()
  let graph = modulesOf(globalThis)

  function get(url: string): Source | undefined {
    if (!cache.has(url)) cache.set(url, load(url, graph))
    return cache.get(url)
  }
  function read(source: Source | undefined, maxLength: number): Script | undefined {
    const length = source?.lines.reduce((sum, line) => sum + line.length, 0) ?? Infinity
    return source === undefined || length > maxLength ? undefined : readScript(source.lines)
  }
  return {
    get,
    script(url) {
      if (!scripts.has(url)) scripts.set(url, isForeign(url) ? undefined : read(get(url), isOwnUrl(url) ? MAX_OWN : MAX_OTHER))
      return scripts.get(url)
    },
    isLoading: (url) => graph?.getModuleById(toPath(url))?.evaluated === false,
    files: () =>
      [...new Set([...[...(graph?.idToModuleMap ?? [])].map(([id, { file }]) => file ?? id), ...Object.keys(require.cache)])].filter(
        isOwnUrl
      ),
    modules: () => [...(graph?.idToModuleMap ?? [])].flatMap(([id, module]) => (isForeign(id) ? [] : (toLoaded(module) ?? []))),
    module: (specifier) => toLoaded(graph?.urlToIdModuleMap?.get(specifier)),
    reset(next) {
      cache.clear()
      scripts.clear()
      graph = modulesOf(next)
    }
  }
}

export interface Sources {
  get(url: string): Source | undefined
  /** The executed code as a parser reads it; nothing where it cannot. Parsed when first asked for. */
  script(url: string): Script | undefined
  /** Whether Vitest is still evaluating a module of the user's. */
  isLoading(url: string): boolean
  /** The user's files that modules were loaded from, by Vitest or by `require`. */
  files(): string[]
  /** All modules that were evaluated, those of dependencies included. */
  modules(): LoadedModule[]
  /** The one that a transformed module imports by this name. */
  module(specifier: string): LoadedModule | undefined
  /** For the next test file; in vm pools, Vitest's worker state hangs on a global object of the file's own. */
  reset(global: object): void
}

/** `file:///C:/a%20b.ts` → `C:/a b.ts`; paths stay as they are. */
function toPath(url: string): string {
  let path = url
  if (url.startsWith('file:')) {
    try {
      path = fileURLToPath(url)
    } catch {
      return url
    }
  }
  return path.replaceAll('\\', '/')
}

function load(url: string, graph: ModuleGraph | undefined): Source | undefined {
  const path = toPath(url)
  const module = graph?.getModuleById(path)?.meta
  const code = module?.code ?? readText(path)
  if (code === undefined) return undefined
  const mapText = (): unknown => (module === undefined ? undefined : (module.sourceMap ?? inlineMap(code)))
  let map: { trace: TraceMap | undefined } | undefined
  return {
    path,
    lines: code.split('\n'),
    original(line, column) {
      const { trace } = (map ??= { trace: parseMap(mapText()) })
      const found = trace && traceMapping().originalPositionFor(trace, { line, column: column - 1 })
      if (!found || found.line === null) return { path, line, column }
      // A worker only sees one source for each module: the file itself.
      return { path, line: found.line, column: found.column + 1 }
    }
  }
}

/** Longer texts take a tenth of a second and more to parse. A dependency's is of less interest: a line or two in a stack. */
const MAX_OWN = 1_000_000
const MAX_OTHER = 100_000

/** Neither the user's nor a dependency's. */
const isForeign = (url: string): boolean => url === '' || url.startsWith('node:') || isOursUrl(url) || isRunnerUrl(url)

function toLoaded(module: EvaluatedModule | undefined): LoadedModule | undefined {
  const { exports } = module ?? {}
  return typeof exports === 'object' && exports !== null ? { exports, transformed: module?.meta?.code !== undefined } : undefined
}

/** Split, or this file would seem to have one. */
const INLINE_MAP = `//# ${'sourceMappingURL'}=data:application/json`

function inlineMap(code: string): string | undefined {
  // Vitest 4.1's file cache puts another comment behind it.
  const [, comment] = code.slice(code.lastIndexOf(`\n${INLINE_MAP}`)).split(INLINE_MAP)
  const [, base64] = comment?.split('\n', 1)[0]!.split(';base64,') ?? []
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString()
}

type TraceMapping = typeof TraceMappingModule
type TraceMap = TraceMappingModule.TraceMap

const require = createRequire(import.meta.url)
/** Loaded with the first place that is shown: it takes 5 ms, and most workers show none. */
const traceMapping = (): TraceMapping => withRealBuiltins(() => require('@jridgewell/trace-mapping') as TraceMapping)

function parseMap(map: unknown): TraceMap | undefined {
  if (map === undefined || map === null || map === '') return undefined
  try {
    const { TraceMap } = traceMapping()
    return new TraceMap(map as ConstructorParameters<typeof TraceMap>[0])
  } catch {
    return undefined
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
