import { now } from '../../node/clock.ts'
import { debug } from '../../node/debug.ts'
import type { Hooks } from '../../probes/async/hooks.ts'
import type { Promises } from '../../probes/async/promises/promises.ts'
import type { Resources } from '../../probes/async/resources/resources.ts'
import type { LongSlice, Slices } from '../../probes/event-loop/slices.ts'
import type { Kept, Scope, Stretch } from '../scope/scope.ts'
import type { Script } from '../source/sources.ts'
import type { EvidenceSource } from './evidence.ts'
import { isAffordable } from './sampler-policy.ts'
import { splitStretch } from './split-stretch.ts'
import { starvedTurn } from './starvation.ts'
import { type AnyStretch, EVIDENCE_MS, isUnseen, type Stretches } from './stretches.ts'
import type { SyncLog } from './sync-log.ts'
import type { Ours, Turns } from './turns.ts'
import { type VictimWatch, watchVictims } from './victims.ts'
import { withWaitingLine } from './waiting-line.ts'

export interface AttributionTools {
  slices: Pick<Slices<Scope>, 'exclude' | 'excludedMs'>
  stretches: Stretches
  turns: Turns
  syncLog: Pick<SyncLog, 'running' | 'reset'>
  evidence: EvidenceSource
  promises: Promises<Scope>
  resources: Resources<Scope>
  hooks: Pick<Hooks<Scope>, 'onStart'>
  /** How many frames of a stack are kept. */
  depth: number
  script(url: string): Script | undefined
  openTests(): Scope[]
}

/** For a slice or turn that kept the event loop busy: whose work it was, what ran in it, and who had to wait for it. */
export interface Attribution {
  /** Call it when a slice has ended that is at least a millisecond long. */
  attribute(slice: LongSlice<Scope>): void
  /** Call it when a turn has ended that many callbacks of one scope made too long. */
  starved(scope: Scope, busyMs: number): void
  /** How much of a scope's turn the profiler itself used, without the time that the slices already leave out. */
  oursIn(scope: Scope, busyMs: number): Ours
  beginTurn(): void
  /** The tests whose work kept the loop busy after they had ended, since the last call of this function. */
  takeLate(): Scope[]
  /** Whether callbacks are still checked for having been delayed by a stall. */
  watchesVictims(): boolean
  /** How long the profiler itself worked between slices, in milliseconds. */
  looksMs(): number
}

/** Modules that load each other are nobody's work. Where no sample shows a line of the user's, it may have been the runner's work. */
const isUsersWork = ({ evidence }: AnyStretch): boolean => evidence !== undefined && evidence.own !== -1 && evidence.kind !== 'module-load'

/**
 * Between tests the garbage collector cleans up after all of them, and after the runner. Such a pause is nobody's work, unless code of the
 * file itself ran in the same stretch.
 */
const isBareCollection = ({ scope, evidence }: AnyStretch): boolean =>
  scope?.kind === 'file' && evidence?.kind === 'gc' && (evidence.beside?.ms ?? 0) < BESIDE_MS
const BESIDE_MS = 1

/** After a first stall the start of the profile may cost more, because a file with one stall often has others. */
const AFTER_STALL = 0.1
/** Hooks cost more than their own lines: V8 has to call them. 81,000 continuations took 24 ms in our lines, and 30 ms in all. */
const OURS_BESIDE = 1.5
/**
 * Code that runs for the first time stays slow for longer with hooks, because V8 optimizes it later. No sample shows that cost. These are
 * its upper limits: for each continuation, and as a share of the turn. 24,000 continuations of a mutex took 63 to 87 ms without the
 * profiler and 138 to 162 ms with it; 30,000 took 85 ms without it, and 225 ms with the hooks but without a CPU profile.
 */
const COLD_CALL_MS = 0.005
const SEEN_SHARE = 0.5
const UNSEEN_SHARE = 2 / 3

export function createAttribution({
  slices,
  stretches,
  turns,
  syncLog,
  evidence,
  promises,
  resources,
  hooks,
  depth,
  script,
  openTests
}: AttributionTools): Attribution {
  let turnStart = now()
  /** The time that all slices had left out when the turn began. */
  let excludedBefore = 0
  let looksMs = 0
  const watchers: VictimWatch[] = []
  const late = new Set<Scope>()

  function attribute(slice: LongSlice<Scope>): void {
    const guess = slice.owner === undefined ? guessOwner(slice) : undefined
    const stretch = { ...stretches.measure(slice), ...(guess && { scope: guess, guessed: true }) }
    const scope = slice.owner ?? guess
    // Stolen time does not count here. On a busy machine every slice would be long enough, and each look ends the running profile window,
    // which a turn of many slices needs as a whole.
    const looked = scope !== undefined && stretch.durationMs - stretch.stolenMs >= Math.min(EVIDENCE_MS, scope.thresholds.blockingThreshold)
    const parts = looked ? gather(stretch, scope) : [stretch]
    syncLog.reset()
    if (scope === undefined || (guess !== undefined && !parts.some(isUsersWork))) {
      // Without an owner, time off the CPU is idle time: the signals of V8's sampler keep libuv from counting it.
      turns.add(undefined, Math.min(slice.durationMs, stretch.cpuMs + stretch.stolenMs), stretch.stolenMs)
      return
    }
    const usersMs = parts.reduce((sum, { durationMs }) => sum + durationMs, 0)
    if (usersMs < slice.durationMs) turns.add(undefined, slice.durationMs - usersMs, 0)
    for (const part of parts as Stretch[]) {
      if (guess !== undefined && !isUsersWork(part)) continue
      if (isBareCollection(part)) {
        turns.add(undefined, part.durationMs, 0)
        continue
      }
      const notItsMs = isUnseen(part) ? part.durationMs : part.stolenMs + part.suspendedMs + part.collectedMs
      turns.add(scope, part.durationMs, notItsMs)
      turns.stretch(scope, part.durationMs - notItsMs)
      scope.keep(part)
      if (looked) watch(part)
    }
  }
  /**
   * A slice without an owner is likely the work of the only test that runs, if it is longer than that test's threshold. The caller then
   * checks that samples show the user's code in it.
   */
  function guessOwner({ durationMs }: LongSlice<Scope>): Scope | undefined {
    const [only, ...others] = openTests()
    return only !== undefined && others.length === 0 && durationMs > only.thresholds.blockingThreshold ? only : undefined
  }
  function starved(scope: Scope, busyMs: number): void {
    const since = now()
    const turn = starvedTurn(scope, { startMs: turnStart, busyMs }, { evidence, promises, resources, depth })
    looked(scope, since)
    if (turn === undefined) return
    scope.keepStarved(turn)
    watch(turn)
  }
  function oursIn({ turn }: Scope, busyMs: number): Ours {
    const dearest = (turn.microtasks + turn.callbacks) * COLD_CALL_MS
    if (!evidence.sampling()) return { knownMs: 0, mostMs: Math.min(dearest, turn.ms * UNSEEN_SHARE) }
    const since = now()
    const { oursMs = 0 } = evidence.of({ startMs: turnStart, durationMs: since - turnStart }) ?? {}
    const seenMs = Math.max(0, oursMs - (slices.excludedMs() - excludedBefore)) * OURS_BESIDE * Math.min(1, turn.ms / busyMs)
    slices.exclude(since)
    const mostMs = Math.min(dearest, turn.ms * SEEN_SHARE)
    // Samples are coarse. A few too many must not explain the whole turn.
    return { knownMs: Math.min(seenMs, mostMs), mostMs }
  }
  function gather(stretch: AnyStretch, scope: Scope): AnyStretch[] {
    const since = now()
    const { blockingThreshold } = scope.thresholds
    const parts = splitStretch(stretch, syncLog.running(), blockingThreshold, evidence.of).map((part) =>
      withWaitingLine(part, promises, script)
    )
    if (stretch.durationMs > blockingThreshold) {
      if (!parts.some(isUsersWork))
        debug(
          '%s: nothing tells the line of a stall of %d ms: %s',
          scope.name,
          Math.round(stretch.durationMs),
          evidence.sampling() ? "no sample has the user's code on it" : 'no CPU profile ran'
        )
      if (isAffordable(AFTER_STALL)) evidence.startSampling(true)
    }
    looked(scope, since)
    return parts
  }
  function looked(scope: Scope, since: number): void {
    const tookMs = now() - since
    scope.overheadMs += tookMs
    looksMs += tookMs
  }
  function watch(kept: Kept): void {
    if (kept.scope.whole.endMs !== undefined) late.add(kept.scope.whole)
    const watcher = watchVictims(kept)
    watchers.push(watcher)
    hooks.onStart = (at, scope) => {
      // Changes the array in place, because this runs for each callback.
      for (let i = watchers.length - 1; i >= 0; i--) if (!watchers[i]!(at, scope)) watchers.splice(i, 1)
      if (watchers.length === 0) hooks.onStart = undefined
    }
  }
  return {
    attribute,
    starved,
    oursIn,
    beginTurn() {
      turnStart = now()
      excludedBefore = slices.excludedMs()
    },
    takeLate() {
      const taken = [...late]
      late.clear()
      return taken
    },
    watchesVictims: () => watchers.length > 0,
    looksMs: () => looksMs
  }
}
