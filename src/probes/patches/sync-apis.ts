import type { BlockKind } from '../../model/finding.ts'

export type SyncKind = Extract<BlockKind, 'sync-io' | 'sync-crypto' | 'sync-process' | 'sync-zlib' | 'wait'>

/** A sync API that does I/O or heavy work. */
export interface SyncApi {
  /** The object that has it. */
  target: object
  /** Its property. */
  key: string
  /** As users write it: `fs.readFileSync`. */
  name: string
  kind: SyncKind
  /** Whether a call with these arguments counts; all do where it is missing. */
  counts?(args: unknown[]): boolean
}

/** Random bytes below it take microseconds. */
const MANY_BYTES = 65_536

const size = (value: unknown): number => {
  if (typeof value === 'number') return value
  return typeof value === 'object' && value !== null && 'byteLength' in value ? Number(value.byteLength) : 0
}

/** Modules whose functions that end in `Sync` are meant, all of them: Node adds some with each release. */
const MODULES: Record<string, SyncKind> = { fs: 'sync-io', child_process: 'sync-process', zlib: 'sync-zlib', crypto: 'sync-crypto' }

/** Their classes' methods are sync without saying so. */
const SQLITE: Record<string, string[]> = {
  DatabaseSync: ['exec', 'prepare', 'applyChangeset', 'loadExtension'],
  StatementSync: ['all', 'get', 'run', 'iterate']
}

/** The APIs of a builtin module that is loaded. */
export function syncApisOf(module: string, exports: Record<string, unknown>): SyncApi[] {
  if (module === 'sqlite') return sqliteApis(exports)
  const kind = MODULES[module]
  if (kind === undefined) return []
  const api = (key: string): SyncApi => ({ target: exports, key, name: `${module}.${key}`, kind })
  const apis = Object.keys(exports)
    .filter((key) => key.endsWith('Sync'))
    .map(api)
  if (module !== 'crypto') return apis
  return [
    ...apis.map((each) =>
      each.key === 'randomFillSync' ? { ...each, counts: ([buffer, , bytes]: unknown[]) => size(bytes ?? buffer) > MANY_BYTES } : each
    ),
    // With a callback it is async.
    { ...api('randomBytes'), counts: ([bytes, callback]) => callback === undefined && size(bytes) > MANY_BYTES }
  ]
}

function sqliteApis(exports: Record<string, unknown>): SyncApi[] {
  return Object.entries(SQLITE).flatMap(([name, methods]) => {
    const { prototype } = (exports[name] ?? {}) as { prototype?: object }
    return prototype === undefined
      ? []
      : methods.map((key): SyncApi => ({ target: prototype, key, name: `${name}.${key}`, kind: 'sync-io' }))
  })
}

export const waitApi = ({ Atomics }: typeof globalThis): SyncApi => ({ target: Atomics, key: 'wait', name: 'Atomics.wait', kind: 'wait' })

/** Names of the modules that have such APIs. */
export const SYNC_MODULES: readonly string[] = [...Object.keys(MODULES), 'sqlite']
