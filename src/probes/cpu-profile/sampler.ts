import type * as Inspector from 'node:inspector'
import type { CpuNode, CpuWindow } from '../../model/code.ts'
import { monotonicOffset, now } from '../../node/clock.ts'

export interface Sampler {
  /** Ends the window and starts the next one. 0.1–0.5 ms. */
  cut(): CpuWindow
  stop(): void
  /** What the first start took: V8 logs every compiled function in the heap. */
  startMs: number
}

/**
 * Five samples in a stall of 20 ms, for a quarter of what V8's default of 1 ms costs (docs/costs.md).
 */
const INTERVAL_MICROS = 4000
const TITLE = 'vitest-async-profiler'

/**
 * A CPU profile that never stops: the next window is started before the last one ends, because the first start is dear
 * (10–30 ms) and every further one is nearly free.
 * @throws where Node was built without the inspector or may not use it
 */
export function startSampler(): Sampler {
  const began = now()
  // Not imported: most workers never sample.
  const inspector = process.getBuiltinModule('node:inspector') as typeof Inspector
  const session = new inspector.Session()
  session.connect()
  let finished: RawProfile | undefined
  session.on('Profiler.consoleProfileFinished', ({ params }) => {
    // `console.profile()` of the user's own code ends up here too.
    if (params.title?.startsWith(TITLE)) finished = params.profile as RawProfile
  })
  session.post('Profiler.enable')
  session.post('Profiler.setSamplingInterval', { interval: INTERVAL_MICROS })
  let count = 0
  const { profile, profileEnd } = inspector.console as unknown as Record<'profile' | 'profileEnd', (title: string) => void>
  profile(`${TITLE} 0`)

  return {
    startMs: now() - began,
    cut() {
      profile(`${TITLE} ${count + 1}`)
      profileEnd(`${TITLE} ${count++}`)
      const raw = finished
      finished = undefined
      return raw === undefined ? { nodes: [], samples: [], times: [] } : toWindow(raw)
    },
    stop() {
      profileEnd(`${TITLE} ${count}`)
      session.disconnect()
    }
  }
}

interface RawProfile {
  nodes: CpuNode[]
  startTime: number
  samples?: number[]
  timeDeltas?: number[]
}

function toWindow({ nodes, startTime, samples = [], timeDeltas = [] }: RawProfile): CpuWindow {
  const offset = monotonicOffset()
  let at = startTime / 1e3 + offset
  const times = timeDeltas.map((delta) => (at += delta / 1e3))
  return { nodes, samples, times }
}
