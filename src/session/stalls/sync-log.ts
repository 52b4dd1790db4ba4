import { now } from '../../node/clock.ts'
import { isOursUrl } from '../../our-files.ts'
import type { SyncKind } from '../../probes/patches/sync-apis.ts'
import type { OnEnd } from '../../probes/patches/sync-calls.ts'
import { captureCallers } from '../../probes/stacks/frames.ts'
import type { Scope } from '../scope/scope.ts'
import type { SyncCall } from '../scope/sync-call-list.ts'
import { isMockUrl, isOwnUrl, isRunnerUrl, outermost } from '../source/user-code.ts'

/** The sync calls of the slice that is running. */
export interface SliceCalls {
  /** By kind, with those whose stack was not looked at. */
  msByKind: ReadonlyMap<SyncKind, number>
  looked: readonly SyncCall<Scope>[]
}

export interface SyncLog {
  ended: OnEnd<Scope>
  running(): SliceCalls
  /** The slice has ended. */
  reset(): void
}

/** A call from this length on is worth a stack, which takes some microseconds. */
const LONG_MS = 1
/** So is one in a slice that has lasted this long: many short calls may be what it is made of. */
const OLD_SLICE_MS = 5
const MAX_LOOKS_PER_SLICE = 30
const CODE = { isOurs: isOursUrl, isRunner: isRunnerUrl }

export interface SyncLogOptions {
  depth: number
  sliceStart(): number
  /** Whether the module of a frame is still being evaluated. */
  isLoading(url: string): boolean
  /** The time since then was ours. */
  ours(since: number): void
}

/** Keeps which sync calls were made by whose work, and from where. */
export function createSyncLog({ depth, sliceStart, isLoading, ours }: SyncLogOptions): SyncLog {
  // Plain fields: each call adds to one, and most calls are too short for anything else.
  const sums: Record<SyncKind, number> = { 'sync-io': 0, 'sync-crypto': 0, 'sync-process': 0, 'sync-zlib': 0, wait: 0 }
  let called = false
  let looked: SyncCall<Scope>[] = []
  let looks = 0
  let lastWasUsers = true

  /** Nothing for calls that the user has no part in: of the runner, of us, and those that load a module. */
  function look(...[api, args, owner, startMs, endMs]: Parameters<OnEnd<Scope>>): SyncCall<Scope> | undefined {
    looks++
    const since = now()
    const { frames: callers, loading } = captureCallers(depth, CODE)
    const frames = callers.slice(0, outermost(callers))
    const own = frames.findIndex(({ url }) => isOwnUrl(url))
    const inner = own === -1 ? frames : frames.slice(0, own)
    lastWasUsers =
      !loading &&
      frames.length > 0 &&
      !inner.some(({ url }) => isRunnerUrl(url) && !isMockUrl(url)) &&
      !frames.some(({ url }) => isOwnUrl(url) && isLoading(url))
    ours(since)
    return lastWasUsers
      ? { name: api.name, kind: api.kind, detail: detailOf(api.name, args[0]), scope: owner, startMs, endMs, frames, own }
      : undefined
  }
  return {
    ended(api, args, owner, startMs, endMs) {
      const ms = endMs - startMs
      const long = ms >= LONG_MS
      const old = endMs - sliceStart() > OLD_SLICE_MS && looks < MAX_LOOKS_PER_SLICE
      const seen = long || old || owner.syncCalls.wants(owner) ? look(api, args, owner, startMs, endMs) : undefined
      if (seen !== undefined && (long || old)) looked.push(seen)
      owner.syncCalls.add(owner, api.name, seen)
      called = true
      if (lastWasUsers) sums[api.kind] += ms
    },
    running: () => ({
      msByKind: new Map((Object.keys(sums) as SyncKind[]).filter((kind) => sums[kind] > 0).map((kind) => [kind, sums[kind]])),
      looked
    }),
    reset() {
      if (!called) return
      called = false
      for (const kind of Object.keys(sums) as SyncKind[]) sums[kind] = 0
      looked = []
      looks = 0
      lastWasUsers = true
    }
  }
}

const MAX_DETAIL = 200

/** Paths, and programs without their arguments; contents and passwords are nobody's business. */
export function detailOf(name: string, arg: unknown): string | undefined {
  const text = typeof arg === 'string' ? arg : arg instanceof URL ? arg.href : undefined
  if (name.startsWith('fs.')) return text?.slice(0, MAX_DETAIL)
  if (!name.startsWith('child_process.')) return undefined
  const [program, more] = /^\s*([\w./\\:@+-]+)(?:(\s+\S)|\s*$)/.exec(text ?? '')?.slice(1) ?? []
  return more === undefined ? program : `${program} …`
}
