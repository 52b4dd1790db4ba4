import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Heartbeat } from '../../records/stuck-worker.ts'
import { lookAtThread, type ThreadLook } from './proc.ts'
import { silenceOf } from './silence.ts'

export interface SilentWorker {
  beat: Heartbeat
  /** For so long its loop has not turned, or a little longer. */
  stuckMs: number
  isSilent(): boolean
}

export interface WatchOptions {
  everyMs: number
  isRunning(beat: Heartbeat): boolean
  /** Resolves when it is ended, or has come back. */
  onSilent(worker: SilentWorker): Promise<void>
}

interface Watched {
  changedMs: number
  silentMs: number
  beat?: Heartbeat | undefined
  look?: ThreadLook | undefined
}

/** A look that comes late says that this process was slow, or asleep, not that a worker was silent for so long. */
const LATE = 1.5

/** Looks after the heartbeats in a folder. */
export function watchHeartbeats(folder: string, { everyMs, isRunning, onSilent }: WatchOptions): () => void {
  const workers = new Map<string, Watched>()
  const judging = new Set<string>()
  let lastMs = performance.now()
  const timer = setInterval(look, everyMs)
  timer.unref()

  function look(): void {
    const nowMs = performance.now()
    const elapsedMs = Math.min(nowMs - lastMs, everyMs * LATE)
    lastMs = nowMs
    for (const name of namesIn(folder)) lookAt(join(folder, name), elapsedMs)
  }
  function lookAt(path: string, elapsedMs: number): void {
    if (judging.has(path)) return
    const changedMs = changeOf(path)
    const worker = workers.get(path)
    if (worker === undefined || worker.changedMs !== changedMs) {
      workers.set(path, { changedMs, silentMs: 0 })
      return
    }
    const beat = (worker.beat ??= readBeat(path))
    if (beat === undefined) return
    if (worker.silentMs < beat.everyMs * 2) worker.silentMs += elapsedMs
    else if (isRunning(beat)) countSilence(worker, beat, elapsedMs)
    else forget(path)
    // The loop may have stopped turning right before its next beat.
    if (worker.silentMs >= beat.timeoutMs + beat.everyMs) judge(path, worker)
  }
  function countSilence(worker: Watched, { proc }: Heartbeat, elapsedMs: number): void {
    const before = worker.look
    worker.look = lookAtThread(proc)
    const counted = silenceOf(elapsedMs, before, worker.look)
    worker.silentMs = counted === undefined ? 0 : worker.silentMs + counted
  }
  function judge(path: string, { changedMs, silentMs }: Watched): void {
    // Whatever becomes of it, it is counted anew.
    workers.delete(path)
    const beat = readBeat(path)
    if (beat === undefined || beat.debugged || beat.exempt) return
    judging.add(path)
    const judged = (): void => void judging.delete(path)
    onSilent({ beat, stuckMs: Math.round(silentMs - beat.everyMs), isSilent: () => changeOf(path) === changedMs }).then(judged, judged)
  }
  function forget(path: string): void {
    workers.delete(path)
    rmSync(path, { force: true })
  }
  return () => clearInterval(timer)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** The time of the last beat; 0 where there is no file any more. */
function changeOf(path: string): number {
  try {
    return statSync(path).mtimeMs
  } catch {
    return 0
  }
}

/** Nothing while the first beat is being written. */
function readBeat(path: string): Heartbeat | undefined {
  try {
    const [line = ''] = readFileSync(path, 'utf8').split('\n', 1)
    return JSON.parse(line) as Heartbeat
  } catch {
    return undefined
  }
}
