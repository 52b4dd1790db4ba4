import type { BlockingCall, BlockKind } from '../model.ts'

/** Async counterparts, by the name of the sync function in the stack. */
const ASYNC_NAMES: [RegExp, string][] = [
  [/^(pbkdf2|scrypt|hkdf|generateKeyPair|generatePrime|checkPrime)Sync$/, 'use the async crypto.$1, which runs on the thread pool'],
  [/^(execSync|execFileSync|spawnSync)$/, 'use the async child_process.$1 and await its exit'],
  [/^hashSync$|^compareSync$/, 'use the async hash() or compare() of the same library'],
  [/^(syncBufferWrapper|zlibBufferSync)$/, 'use the async zlib function of the same name without "Sync", or a stream'],
  [/^(readFileSync|writeFileSync|appendFileSync|statSync|readdirSync|existsSync|cpSync|rmSync|mkdirSync)$/, 'use the same function of node:fs/promises'],
  [/^structuredClone$/, 'copy only the part you need, or move the work to a worker thread']
]

const BY_KIND: Partial<Record<BlockKind, string>> = {
  cpu: 'split the work and yield between parts (await setImmediate from node:timers/promises), or move it to a worker thread',
  'module-load': 'it is loaded once, at its first use: import it at the top of a file, so that no request waits for it',
  gc: 'allocate less at once: stream or page the data instead of holding all of it'
}

const FALLBACK = 'find out what ran here: split it, make it async, or move it to a worker thread'

/** One sentence on how to keep the loop free at this place. */
export function hintFor({ kind, stack }: Pick<BlockingCall, 'kind' | 'stack'>): string {
  const byKind = BY_KIND[kind]
  if (kind !== 'cpu' && byKind !== undefined) return byKind
  for (const { functionName } of stack) {
    const name = functionName?.split('.').at(-1)
    if (name === undefined) continue
    for (const [pattern, hint] of ASYNC_NAMES) {
      const match = pattern.exec(name)
      if (match) return hint.replace('$1', match[1]?.replace(/Sync$/, '') ?? name)
    }
  }
  return byKind ?? FALLBACK
}
