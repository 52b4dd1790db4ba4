import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Heartbeat } from '../../model/stuck-worker.ts'
import { lookAtThread, type ThreadLook } from '../../node/proc.ts'
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
  /** What it said last. Not the file's time: that may be in whole seconds, or go back. */
  line: string
  silentMs: number
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
    const line = readLine(path)
    const worker = workers.get(path)
    if (worker?.line !== line) {
      workers.set(path, { line, silentMs: 0 })
      return
    }
    const beat = parseBeat(line)
    if (beat === undefined) return
    if (worker.silentMs < beat.everyMs * 2) worker.silentMs += elapsedMs
    else if (isRunning(beat)) countSilence(worker, beat, elapsedMs)
    else forget(path)
    // The loop may have stopped turning right before its next beat.
    if (worker.silentMs >= beat.timeoutMs + beat.everyMs) judge(path, worker, beat)
  }
  function countSilence(worker: Watched, { proc }: Heartbeat, elapsedMs: number): void {
    const before = worker.look
    worker.look = lookAtThread(proc)
    const counted = silenceOf(elapsedMs, before, worker.look)
    worker.silentMs = counted === undefined ? 0 : worker.silentMs + counted
  }
  function judge(path: string, { line, silentMs }: Watched, beat: Heartbeat): void {
    // Whatever becomes of it, it is counted anew.
    workers.delete(path)
    if (beat.debugged || beat.exempt) return
    judging.add(path)
    const judged = (): void => void judging.delete(path)
    onSilent({ beat, stuckMs: Math.round(silentMs - beat.everyMs), isSilent: () => readLine(path) === line }).then(judged, judged)
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

/** The last beat; empty where there is none, or no file any more. */
function readLine(path: string): string {
  try {
    const [line = ''] = readFileSync(path, 'utf8').split('\n', 1)
    return line
  } catch {
    return ''
  }
}

/** Nothing while the first beat is being written. */
function parseBeat(line: string): Heartbeat | undefined {
  try {
    return JSON.parse(line) as Heartbeat
  } catch {
    return undefined
  }
}
