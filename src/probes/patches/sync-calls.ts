import { syncBuiltinESMExports } from 'node:module'
import { getBuiltinModule } from '../../node/builtins.ts'
import { now } from '../../node/clock.ts'
import { patchMethod } from './patch.ts'
import { SYNC_MODULES, type SyncApi, syncApisOf, waitApi } from './sync-apis.ts'

/** Told of each sync call when it has just ended; its caller is on the stack. */
export type OnEnd<Owner> = (api: SyncApi, args: unknown[], owner: Owner, startMs: number, endMs: number) => void

/** A call that waits for a process that it has started. */
export interface ProcessCall {
  name: string
  args: unknown[]
}

export interface SyncCalls {
  /**
   * Tells of each such call before it starts, and when it has ended: meanwhile nobody can look into the thread.
   * @param tell of time that is nobody's
   */
  onProcess(tell: (call: ProcessCall | undefined) => void): void
  /**
   * Patches what was loaded since the last call. Cheap when nothing was.
   * @param unused nobody can have called what was loaded
   */
  refresh(unused?: boolean): void
  /** Modules that were loaded, or may have been, for a while after a time before their calls were seen. */
  unseenSince(ms: number): string[]
  /** Patches what each global object has of its own; returns the undo. */
  patchGlobal(global: typeof globalThis): () => void
  /** Undoes all patches, in reverse. */
  stop(): void
}

/**
 * Times the sync APIs that do I/O or heavy work: by name, by `require` and by ESM import. Only modules that are loaded
 * anyway are touched, and a call outside of an owner's work is passed on as it is.
 */
export function startSyncCalls<Owner>(ownerNow: () => Owner | undefined, onEnd: OnEnd<Owner>): SyncCalls {
  const undos: (() => void)[] = []
  const waiting = new Set(SYNC_MODULES)
  let seen = 0
  const gaps: { module: string; patchedMs: number }[] = []
  /** One inside another is part of it. */
  let inside = false
  let onProcess: ((call: ProcessCall | undefined) => void) | undefined

  function patch(api: SyncApi): () => void {
    const isProcess = api.kind === 'sync-process'
    return patchMethod(api.target, api.key, (original, self, args) => {
      const owner = inside ? undefined : ownerNow()
      if (owner === undefined || api.counts?.(args) === false) return Reflect.apply(original, self, args)
      inside = true
      const tell = isProcess ? onProcess : undefined
      tell?.({ name: api.name, args })
      const startMs = now()
      try {
        return Reflect.apply(original, self, args)
      } finally {
        const endMs = now()
        inside = false
        tell?.(undefined)
        onEnd(api, args, owner, startMs, endMs)
      }
    })
  }
  /** Those that are loaded and not patched. */
  function loadedSince(): string[] {
    const { moduleLoadList } = process as unknown as { moduleLoadList: string[] }
    if (moduleLoadList.length === seen || waiting.size === 0) return []
    seen = moduleLoadList.length
    return [...waiting].filter((module) => moduleLoadList.includes(`NativeModule ${module}`))
  }
  function refresh(unused = false): void {
    const fresh = loadedSince()
    for (const module of fresh) {
      waiting.delete(module)
      if (!unused) gaps.push({ module, patchedMs: now() })
      const exports = getBuiltinModule(`node:${module}`) as unknown as Record<string, unknown>
      undos.push(...syncApisOf(module, exports).map(patch))
    }
    // Or ESM imports by name would go on with the originals.
    if (fresh.length > 0) syncBuiltinESMExports()
  }
  return {
    onProcess: (tell) => void (onProcess = tell),
    refresh,
    unseenSince(ms) {
      refresh()
      return gaps.filter(({ patchedMs }) => patchedMs >= ms).map(({ module }) => module)
    },
    patchGlobal: (global) => patch(waitApi(global)),
    stop() {
      for (const undo of undos.splice(0).toReversed()) undo()
      syncBuiltinESMExports()
    }
  }
}
