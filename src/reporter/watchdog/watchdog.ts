import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StuckWorker } from '../../model/stuck-worker.ts'
import { endWorker } from './end-worker.ts'
import { askWorker } from './ask-worker.ts'
import { type SilentWorker, watchHeartbeats } from './watch.ts'
import { followHandles } from './worker-handles.ts'

export interface WatchdogOptions {
  folder: string
  timeoutMs: number
  /** Where the workers' standard error is shown. */
  stderr: Writable
  /** Told before the worker is ended. */
  onStuck(worker: StuckWorker): Promise<void>
}

const CAME_BACK = 'it turned again before it could be looked at'

/** Others have a say in how long these take. */
const TELL_MS = 500
const RELEASE_MS = 200

/** Finds workers whose loop does not turn, says so while it does not, and ends them. */
export function startWatchdog({ folder, timeoutMs, stderr, onStuck }: WatchdogOptions): () => void {
  const handles = followHandles()
  let stopped = false

  async function judge(worker: SilentWorker): Promise<void> {
    const { beat, stuckMs, isSilent } = worker
    const handle = handles.of(beat)
    if (handle === undefined) return
    const { seen, answered, finished, release } = await askWorker(handle, worker, stderr)
    if (stopped || handles.of(beat) === undefined) return release()
    // It has had its time, even if it has come back since: what it does now is another matter.
    await within(TELL_MS, onStuck({ beat, stuckMs, seen: isSilent() ? seen : { blind: CAME_BACK }, finished }))
    // A thread that is stopped does not end.
    if (handle.kind === 'thread') await within(RELEASE_MS, release())
    await endWorker(handle, beat, !answered)
  }
  const stop = watchHeartbeats(folder, {
    everyMs: Math.min(250, Math.max(50, timeoutMs / 10)),
    isRunning: (beat) => handles.of(beat) !== undefined,
    onSilent: judge
  })
  return () => {
    stopped = true
    stop()
    handles.stop()
  }
}

const within = (ms: number, work: Promise<void>): Promise<void> =>
  Promise.race([work.catch(() => {}), sleep(ms, undefined, { ref: false })])
