import { blame, NOTHING } from '../../analysis/profile.ts'
import type { CpuWindow, Evidence } from '../../model/code.ts'
import type { BackendName } from '../../model/profile.ts'
import { now } from '../../node/clock.ts'
import { debug } from '../../node/debug.ts'
import { isOursUrl } from '../../our-files.ts'
import type { Breadcrumbs } from '../../probes/cpu-profile/breadcrumbs.ts'
import { type Sampler, startSampler } from '../../probes/cpu-profile/sampler.ts'
import { isOwnUrl, isRunnerUrl } from '../source/user-code.ts'
import type { Interval } from './split-stretch.ts'

/** Says what ran in a stretch, as well as the backend can. */
export interface EvidenceSource {
  backend(): BackendName
  /** Why not the backend that was asked for. */
  fallback(): string | undefined
  sampling(): boolean
  /** Starts the sampler, unless it runs or cannot. @param late whether V8 may have optimized code that it will see */
  startSampling(late: boolean): void
  of(stretch: Interval): Evidence | undefined
  /** The loop was busy for so long since the last call. */
  busy(ms: number): void
  samplerStartMs(): number
  stop(): void
}

/** A window that covers much work besides the stall blurs its line; one of a long idle time is long to read. */
const MAX_BUSY_MS = 500
const MAX_WINDOW_MS = 2000

/** Windows are kept for turns of many stretches: of longer ones the end tells enough. */
const KEPT_MS = 2000

export function createEvidence(
  requested: BackendName | 'auto',
  breadcrumbs: Breadcrumbs,
  isLoading: (url: string) => boolean
): EvidenceSource {
  let sampler: Sampler | undefined
  let failure: string | undefined
  /** Code that V8 has optimized before has no lines of what is inlined in it. */
  let late = false
  let startedMs = Infinity
  let recent: CpuWindow[] = []
  let busyMs = 0
  let cutAt = now()

  function cut(): void {
    if (sampler === undefined) return
    const since = now() - KEPT_MS
    recent = [...recent.filter((window) => endOf(window) > since), sampler.cut()]
    busyMs = 0
    cutAt = now()
  }
  return {
    backend: () => (requested === 'async-hooks' || failure !== undefined ? 'async-hooks' : 'inspector'),
    fallback: () => failure,
    sampling: () => sampler !== undefined,
    startSampling(isLate) {
      if (sampler !== undefined || failure !== undefined || requested === 'async-hooks') return
      try {
        sampler = startSampler()
        cutAt = now()
        startedMs = cutAt
        late = isLate
        debug('the CPU profile started%s, in %d ms', isLate ? ' late, so that lines are likely at most' : '', Math.round(sampler.startMs))
      } catch (error) {
        failure = `the inspector cannot be used: ${error instanceof Error ? error.message : String(error)}`
        debug('no CPU profile: %s', failure)
      }
    },
    of(stretch) {
      cut()
      const endMs = stretch.startMs + stretch.durationMs
      // A turn of many stretches, each of which was looked at, is in as many windows.
      const profiled =
        sampler &&
        blame(merge(recent.filter((window) => endOf(window) > stretch.startMs)), stretch, {
          isOwn: isOwnUrl,
          isRunner: isRunnerUrl,
          isOurs: isOursUrl
        })
      if (profiled !== undefined) return late ? { ...profiled, late } : profiled
      if (sampler !== undefined && stretch.startMs >= startedMs) return { ...NOTHING, asleep: true }
      const breadcrumb = breadcrumbs.longest(stretch.startMs, endMs)
      if (breadcrumb === undefined) return undefined
      const own = breadcrumb.frames.findIndex(({ url }) => isOwnUrl(url))
      const kind = breadcrumb.frames.some(({ url }) => isOwnUrl(url) && isLoading(url)) ? 'module-load' : 'unknown'
      return {
        source: 'breadcrumbs',
        kind,
        frames: breadcrumb.frames,
        own,
        callee: undefined,
        runnerMs: 0,
        oursMs: 0,
        gcMs: 0,
        pausesMs: 0,
        share: 1,
        native: false,
        lines: []
      }
    },
    busy(ms) {
      busyMs += ms
      if (busyMs > MAX_BUSY_MS || now() - cutAt > MAX_WINDOW_MS) cut()
    },
    samplerStartMs: () => sampler?.startMs ?? 0,
    stop() {
      sampler?.stop()
      sampler = undefined
    }
  }
}

const endOf = ({ times }: CpuWindow): number => times.at(-1) ?? -Infinity

/** Windows number their nodes independently. */
function merge(windows: readonly CpuWindow[]): CpuWindow {
  const merged: CpuWindow = { nodes: [], samples: [], times: [] }
  let offset = 0
  for (const { nodes, samples, times } of windows) {
    let top = 0
    for (const node of nodes) {
      top = Math.max(top, node.id)
      const children = node.children?.map((child) => child + offset)
      merged.nodes.push({ ...node, id: node.id + offset, ...(children && { children }) })
    }
    for (const sample of samples) merged.samples.push(sample + offset)
    for (const time of times) merged.times.push(time)
    offset += top
  }
  return merged
}
