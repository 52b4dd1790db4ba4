import type { BlockKind } from '../model.ts'
import type { RawFrame } from '../records/code.ts'

/** Node's own files by what they do on the caller's thread. */
const NODE_FILES: [RegExp, BlockKind][] = [
  [/^node:(?:internal\/)?crypto/, 'sync-crypto'],
  [/^node:zlib/, 'sync-zlib'],
  [/^node:(?:internal\/)?child_process/, 'sync-process'],
  [/^node:(?:internal\/)?fs/, 'sync-io']
]

/** Dependencies whose native code does on the caller's thread what Node's sync functions do. */
const NATIVE_PACKAGES: [RegExp, BlockKind][] = [
  [/bcrypt|argon2|scrypt|sodium/, 'sync-crypto'],
  [/sqlite|leveldb|lmdb/, 'sync-io'],
  [/zstd|snappy|brotli|lz4/, 'sync-zlib']
]

/** What the code of a call tree's path is, by who called whom. @param path innermost first */
export function kindOfPath(path: readonly RawFrame[], own: number): BlockKind {
  if (path.some(loadsModule)) return 'module-load'
  if (path[0]?.functionName.startsWith('RegExp: ')) return 'regexp'
  const callees = path.slice(0, Math.max(own, 0))
  if (path.some(({ functionName }) => functionName === 'toJSON')) return 'json'
  return byTable(NODE_FILES, callees) ?? (isNative(path) ? byTable(NATIVE_PACKAGES, callees) : undefined) ?? 'cpu'
}

/** Native code that is not Node's: an addon's, or a builtin of V8. */
export const isNative = ([leaf, caller]: readonly RawFrame[]): boolean => leaf?.url === '' && caller?.url.startsWith('node:') === false

/** One of Node's module loaders, or the body of a module that Vitest evaluates: that starts before its first column. */
export const loadsModule = ({ functionName, url, line, column }: RawFrame): boolean =>
  url.startsWith('node:internal/modules/') || (functionName === '' && line === 1 && column < 1)

const byTable = (table: readonly [RegExp, BlockKind][], frames: readonly RawFrame[]): BlockKind | undefined =>
  table.find(([pattern]) => frames.some(({ url }) => pattern.test(url)))?.[1]

const JSON_CALL = /\bJSON\.(?:parse|stringify)\(/
const REGEXP_CALL = /\.(?:test|exec|match|matchAll|search)\(|\.(?:replace|replaceAll)\(\s*[^\s"'`)]|\.split\(\s*(?:\/|new RegExp)/

/** V8 gives its own JSON and regular expressions no frame: their time is that of the line that calls them. */
export function kindOfLine(text: string): BlockKind | undefined {
  if (JSON_CALL.test(text)) return 'json'
  return REGEXP_CALL.test(text) ? 'regexp' : undefined
}
