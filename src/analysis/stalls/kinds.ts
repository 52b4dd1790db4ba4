import type { KindPart, RawFrame } from '../../model/code.ts'
import type { BlockKind } from '../../model/finding.ts'

/** Node's own files by what they do on the caller's thread. */
const NODE_FILES: [RegExp, BlockKind][] = [
  [/^node:(?:internal\/)?crypto/, 'sync-crypto'],
  [/^node:zlib/, 'sync-zlib'],
  [/^node:(?:internal\/)?child_process/, 'sync-process'],
  [/^node:(?:internal\/)?fs/, 'sync-io']
]

/** Dependencies, by name, whose native code does on the caller's thread what Node's sync functions do. */
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
  const packages = callees.map(({ url }) => packageOf(url))
  return (
    byTable(
      NODE_FILES,
      callees.map(({ url }) => url)
    ) ??
    (isNative(path) ? byTable(NATIVE_PACKAGES, packages) : undefined) ??
    'cpu'
  )
}

/** The kind that most of the time is of. */
export function kindOfParts(parts: readonly Pick<KindPart, 'kind' | 'ms'>[]): BlockKind {
  const sums = new Map<BlockKind, number>()
  for (const { kind, ms } of parts) sums.set(kind, (sums.get(kind) ?? 0) + ms)
  const [most] = [...sums].toSorted((a, b) => b[1] - a[1])
  return most?.[0] ?? 'cpu'
}

/** `bcrypt` and `@node-rs/bcrypt`; empty for what is no dependency. */
const packageOf = (url: string): string => /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(url)?.[1] ?? ''

/** Native code that is not Node's: an addon's, or a builtin of V8. */
export const isNative = ([leaf, caller]: readonly RawFrame[]): boolean => leaf?.url === '' && caller?.url.startsWith('node:') === false

/** One of Node's module loaders, or the body of a module that Vitest evaluates: that starts before its first column. */
export const loadsModule = ({ functionName, url, line, column }: RawFrame): boolean =>
  url.startsWith('node:internal/modules/') || (functionName === '' && line === 1 && column < 1)

const byTable = (table: readonly [RegExp, BlockKind][], names: readonly string[]): BlockKind | undefined =>
  table.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1]
