import type { Evidence } from '../../model/code.ts'
import type { SyncKind } from '../../probes/patches/sync-apis.ts'
import type { Scope } from '../scope/scope.ts'
import { lengthOf, type SyncCall } from '../scope/sync-call-list.ts'
import type { AnyStretch } from './stretches.ts'
import type { SliceCalls } from './sync-log.ts'

export interface Interval {
  startMs: number
  durationMs: number
}

/**
 * Splits a stretch at each sync call that is over the threshold by itself, because each of them is a fault of its own, and so is what ran
 * between two of them. A stretch without such a call stays whole, and has the kind that took most of its time.
 */
export function splitStretch(
  stretch: AnyStretch,
  calls: SliceCalls,
  threshold: number,
  profiled: (part: Interval) => Evidence | undefined
): AnyStretch[] {
  const long = calls.looked.filter((call) => lengthOf(call) > threshold)
  if (long.length === 0)
    return withTimes(stretch, [{ ...stretch, evidence: mostlyCalls(calls, stretch) ?? profiled(stretch) }], calls.msByKind, threshold)
  const between = gaps(stretch, long).map((gap) => ({
    ...stretch,
    ...gap,
    evidence: mostlyCalls(within(calls, gap), gap) ?? profiled(gap)
  }))
  const alone = long.map((call) => ({ ...stretch, startMs: call.startMs, durationMs: lengthOf(call), evidence: fromCall(call) }))
  return withTimes(stretch, [...alone, ...between], calls.msByKind, threshold)
}

/** A shorter part between two calls is only what surrounds a call. */
const LEAST_MS = 1

function gaps({ startMs, durationMs }: Interval, calls: readonly SyncCall<Scope>[]): Interval[] {
  const edges = [startMs, ...calls.flatMap((call) => [call.startMs, call.endMs]), startMs + durationMs]
  const found: Interval[] = []
  for (let i = 0; i < edges.length; i += 2) found.push({ startMs: edges[i]!, durationMs: edges[i + 1]! - edges[i]! })
  return found.filter((gap) => gap.durationMs > LEAST_MS)
}

function within({ looked }: SliceCalls, { startMs, durationMs }: Interval): SliceCalls {
  const inside = looked.filter((call) => call.startMs >= startMs && call.endMs <= startMs + durationMs)
  const msByKind = new Map<SyncKind, number>()
  for (const call of inside) msByKind.set(call.kind, (msByKind.get(call.kind) ?? 0) + lengthOf(call))
  return { looked: inside, msByKind }
}

/** If the sync calls of one kind took most of the time: the line that made most of these calls. */
function mostlyCalls({ msByKind, looked }: SliceCalls, { durationMs }: Interval): Evidence | undefined {
  const total = [...msByKind.values()].reduce((sum, ms) => sum + ms, 0)
  const [kind, ms = 0] = [...msByKind].toSorted((a, b) => b[1] - a[1])[0] ?? []
  if (kind === undefined || ms < durationMs - total) return undefined
  const byPlace = Map.groupBy(
    looked.filter((call) => call.kind === kind),
    ({ frames, own }) => JSON.stringify(frames[Math.max(own, 0)])
  )
  const sumOf = (group: readonly SyncCall<Scope>[]): number => group.reduce((sum, call) => sum + lengthOf(call), 0)
  const most = [...byPlace.values()].toSorted((a, b) => sumOf(b) - sumOf(a))[0]
  const longest = most?.toSorted((a, b) => lengthOf(b) - lengthOf(a))[0]
  return longest && fromCall(longest)
}

const fromCall = ({ kind, name, detail, frames, own }: SyncCall<Scope>): Evidence => ({
  source: 'calls',
  kind,
  frames,
  own,
  callee: name,
  detail,
  runnerMs: 0,
  oursMs: 0,
  gcMs: 0,
  pausesMs: 0,
  share: 1,
  native: false,
  lines: []
})

/** The kernel counts CPU time in ticks of some milliseconds. A shorter difference says nothing. */
const NOTICEABLE_MS = 10
/** A busy thread also waits for memory now and then: a share of the time that other processes left it. */
const NOTICEABLE_SHARE = 0.1

/** Kinds of call that wait for something outside of the thread. */
const WAITING = new Set<string>(['sync-io', 'sync-process', 'wait'] satisfies SyncKind[])

/**
 * How long a part of the stretch may have waited, off the CPU, by its own doing. A sync call may have waited all the time; so may native
 * code and module loaders, whose system calls are not seen. The garbage collector may have waited for its helper threads, for as long as it
 * was seen at work. On a busy machine these helpers wait for a CPU as the thread itself does, so the thread's own share of the CPU is
 * theirs, too.
 */
function waitable({ evidence, durationMs }: AnyStretch, { cpuMs, stolenMs }: AnyStretch): number {
  if (evidence === undefined) return 0
  const { source, kind, native, gcMs } = evidence
  if (native || kind === 'module-load' || (source === 'calls' && WAITING.has(kind))) return durationMs
  const share = stolenMs === 0 ? 1 : cpuMs / (cpuMs + stolenMs)
  return Math.min(gcMs, durationMs) * share
}

/**
 * Divides the times of the whole stretch among its parts. Time off the CPU goes to the parts that may have waited. If some is left over,
 * nothing in the stretch can have waited for so long: the process was stopped.
 */
function withTimes(whole: AnyStretch, parts: AnyStretch[], msByKind: SliceCalls['msByKind'], threshold: number): AnyStretch[] {
  const offMs = Math.max(0, whole.durationMs - whole.cpuMs - whole.stolenMs)
  const waitables = new Map(parts.map((part) => [part, waitable(part, whole)]))
  const waitableMs = [...waitables.values()].reduce((sum, ms) => sum + ms, 0)
  const waitedMs = Math.min(offMs, waitableMs)
  // Short sync calls among other work explain some of the time off the CPU, too.
  const shortMs = [...msByKind].reduce((sum, [kind, ms]) => sum + (WAITING.has(kind) ? ms : 0), 0)
  const lostMs = offMs - Math.max(waitedMs, shortMs)
  const noticeableMs = Math.max(NOTICEABLE_MS, (whole.durationMs - whole.stolenMs) * NOTICEABLE_SHARE)
  const unexplained = (part: AnyStretch): number => part.durationMs - waitables.get(part)!
  const [longest] = parts.toSorted((a, b) => unexplained(b) - unexplained(a))
  const timed = parts.map((part) => {
    const stolenMs = whole.stolenMs * (part.durationMs / whole.durationMs)
    const waits = waitableMs === 0 ? 0 : waitedMs * (waitables.get(part)! / waitableMs)
    const suspendedMs = part === longest && lostMs > noticeableMs ? Math.min(lostMs, unexplained(part)) : 0
    const netMs = part.durationMs - stolenMs - suspendedMs
    // Pauses are wall time, so other processes stole a part of them, too. The collector's helper threads compete for the CPU with its main
    // thread. While they wait for one, nothing runs: time that looks like a stop, and time that the thread waited, belong to the pause
    // then.
    const { pausesMs = 0 } = part.evidence ?? {}
    const inPausesMs = pausesMs * (1 - stolenMs / part.durationMs) - suspendedMs
    const collectedMs = pausesMs === 0 ? 0 : Math.min(Math.max(inPausesMs, Math.min(waits, pausesMs)), Math.max(0, netMs))
    const evidence = blamed(part.evidence, netMs - collectedMs, threshold)
    return { ...part, evidence, stolenMs, suspendedMs, collectedMs, cpuMs: Math.max(0, netMs - waits), victims: [] }
  })
  return timed.flatMap(withoutRunner)
}

/** If the stretch is over the threshold even without the collector's pause, what ran beside the pause is to blame. */
function blamed(evidence: Evidence | undefined, leftMs: number, threshold: number): Evidence | undefined {
  const { beside } = evidence ?? {}
  return beside !== undefined && Math.min(beside.ms, leftMs) > threshold ? beside.evidence : evidence
}

/** The profile takes a sample every few milliseconds. Less time than this may be one or two samples at the edges of the stretch. */
const RUNNER_MS = 20
const RUNNER_SHARE = 0.1

/** Takes the test runner's part out of a stretch: it is nobody's work. */
function withoutRunner(part: AnyStretch): AnyStretch[] {
  const { durationMs, cpuMs, evidence } = part
  const runnerMs = evidence?.runnerMs ?? 0
  if (runnerMs > 0 && evidence?.kind === 'unknown') return []
  if (runnerMs < Math.max(RUNNER_MS, durationMs * RUNNER_SHARE)) return [part]
  return [{ ...part, durationMs: durationMs - runnerMs, cpuMs: Math.max(0, cpuMs - runnerMs) }]
}
