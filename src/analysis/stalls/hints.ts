import type { BlockKind } from '../../model/finding.ts'
import type { Location } from '../../model/place.ts'
import type { BlockingCall } from '../../model/profile.ts'
import { isOwnFile } from '../text/places.ts'

/** What to do about work of each kind. */
const BY_KIND: Record<BlockKind, string> = {
  cpu: 'split the work and yield between parts (await setImmediate from node:timers/promises), or move it to a worker thread',
  'sync-io': 'read and write asynchronously: node:fs/promises, or the async methods of the library',
  'sync-crypto': 'use the asynchronous form, which runs on the thread pool',
  'sync-process': 'start the process with the async child_process.spawn or execFile, and await its exit',
  'sync-zlib': 'use the async function of the same name without "Sync", or a stream',
  wait: 'use Atomics.waitAsync, or wait for a message from the worker',
  regexp: 'rewrite the pattern so that it cannot backtrack (no nested quantifiers), or limit the length of what it is given',
  json: 'handle less at once: page or stream the data, or move it to a worker thread',
  gc: 'allocate less at once: stream or page the data instead of holding all of it',
  'module-load': 'it is loaded once, at its first use: import it at the top of a file, so that no request waits for it',
  unknown: 'find out what ran here: split it, make it async, or move it to a worker thread'
}

/** Async counterparts of Node's functions, by name. */
const NODES: [RegExp, string][] = [
  [
    /^(pbkdf2|scrypt|hkdf|argon2|generateKeyPair|generateKey|generatePrime|checkPrime|randomFill)Sync$/,
    'use the async crypto.$1, which runs on the thread pool'
  ],
  [/^randomBytes$/, 'give crypto.randomBytes a callback: it then runs on the thread pool'],
  [/^(update|digest)$/, 'feed the hash in chunks from a stream, or hash in a worker thread'],
  [/^(exec|execFile|spawn)Sync$/, 'use the async child_process.$1 and await its exit'],
  [
    /^(gzip|gunzip|deflate|deflateRaw|inflate|inflateRaw|unzip|brotliCompress|brotliDecompress|zstdCompress|zstdDecompress)Sync$/,
    'use the async zlib.$1, or a stream'
  ],
  [/^existsSync$/, 'use access of node:fs/promises, or open the file and handle ENOENT'],
  [/^(readSync|writeSync|openSync|closeSync|fstatSync|fsyncSync|ftruncateSync)$/, 'use a FileHandle of node:fs/promises'],
  [/^(\w+)Sync$/, 'use the async $1, of node:fs/promises where it is a file system call']
]

/** The same of functions of JavaScript itself. */
const BUILTINS: Partial<Record<BlockKind, [RegExp, string][]>> = {
  cpu: [[/^structuredClone$/, 'copy only the part you need, or move the work to a worker thread']],
  json: [[/^stringify$/, 'send less: page the result, or stream it']]
}

/** The same of packages that are known to have both forms. */
const PASSWORD_PACKAGES = /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]*(?:bcrypt|argon2|scrypt)[^/]*\//
const PASSWORDS: [RegExp, string][] = [[/^(hash|compare|verify|genSalt)Sync$/, 'use the async $1() of the same library']]

/** One sentence on how to keep the loop free at this place. */
export function hintFor({ kind, stack, callee }: Pick<BlockingCall, 'kind' | 'stack' | 'callee'>): string {
  if (kind === 'gc' || kind === 'module-load' || kind === 'regexp') return BY_KIND[kind]
  // The functions that the user's own ones called, and that were watched, by whose they are: names alone mean nothing.
  const called = stack.slice(
    0,
    Math.max(
      0,
      stack.findIndex(({ file }) => isOwnFile(file))
    )
  )
  return hintIn(NODES, callee) ?? hintIn(BUILTINS[kind] ?? [], callee) ?? firstOf(called, hintOfFrame) ?? BY_KIND[kind]
}

const hintOfFrame = ({ file, functionName }: Location): string | undefined =>
  file.startsWith('node:') ? hintIn(NODES, functionName) : PASSWORD_PACKAGES.test(file) ? hintIn(PASSWORDS, functionName) : undefined

function hintIn(table: readonly [RegExp, string][], functionName: string | undefined): string | undefined {
  const name = functionName?.split('.').at(-1) ?? ''
  return firstOf(table, ([pattern, hint]) => {
    const match = pattern.exec(name)
    return match === null ? undefined : hint.replace('$1', match[1] ?? name)
  })
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}
