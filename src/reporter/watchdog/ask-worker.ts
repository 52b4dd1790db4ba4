import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Heartbeat, StuckSnapshot, StuckWorker, TaskPack } from '../../model/stuck-worker.ts'
import { inspectProcess } from '../../node/inspector/inspect-process.ts'
import { inspectThread } from '../../node/inspector/inspect-thread.ts'
import type { Inspected } from '../../node/inspector/inspected.ts'
import { descendantsOf, lookAtThread } from '../../node/proc.ts'
import { askFinished, lookInto } from './live-stack.ts'
import type { SilentWorker } from './watch.ts'
import type { Handle } from './worker-handles.ts'

/** What was learnt of a worker whose loop does not turn. */
export interface WorkerAnswer extends Pick<StuckWorker, 'seen' | 'finished'> {
  /** Whether it was stopped, so that it waits for nothing. */
  answered: boolean
  /** Lets it run on. */
  release(): Promise<void>
}

const BLOCKED = 'it is blocked in a call that cannot be interrupted'
const UNANSWERED = 'its inspector did not answer'

/** A loop of JSON calls takes two seconds until it is stopped. */
const PATIENCE_MS = 3000
/** A thread that is on no CPU for so long waits for the system; one that an inspector can stop answers sooner. */
const BLOCKED_MS = 1000
const IDLE_MS = 10
const UNREFFED = { ref: false }

/** Stops the worker, if that can be done, and asks it what it is doing. @param stderr where its standard error is shown */
export async function askWorker(handle: Handle, { beat, isSilent }: SilentWorker, stderr: Writable): Promise<WorkerAnswer> {
  let inspected: Inspected | undefined
  let snapshot: StuckSnapshot | undefined
  let finished: TaskPack[] = []
  let released = false
  async function look(): Promise<void> {
    inspected = await (handle.kind === 'process' ? inspectProcess(handle.process, stderr) : inspectThread(beat.threadId))
    // It may answer when nobody waits for it any more.
    if (released) return inspected.release()
    const isWanted = (): boolean => !released && isSilent()
    await lookInto(inspected, isWanted, (seen) => (snapshot = seen))
    if (!isWanted()) return
    finished = await askFinished(inspected)
    // Between callbacks there is nothing to see: it may be about to turn.
    if (snapshot?.location !== undefined) return
    void inspected.call('Debugger.resume')
    await sleep(beat.everyMs * 2, undefined, UNREFFED)
  }
  const given = (): string => UNANSWERED
  const reason = await Promise.race([look().then(given, given), giveUp(beat, () => snapshot !== undefined)])
  return {
    seen: snapshot ?? callOf(beat) ?? { blind: reason === BLOCKED ? describeBlock(beat) : reason },
    answered: snapshot !== undefined,
    finished,
    async release() {
      released = true
      await inspected?.release()
    }
  }
}

/** @returns why nothing more is to be learnt */
async function giveUp({ proc }: Heartbeat, answers: () => boolean): Promise<string> {
  const until = performance.now() + PATIENCE_MS
  let before = lookAtThread(proc)
  while (performance.now() < until) {
    await sleep(BLOCKED_MS, undefined, UNREFFED)
    const now = lookAtThread(proc)
    if (!answers() && before && now && !now.runnable && now.runMs - before.runMs < IDLE_MS) return BLOCKED
    before = now
  }
  return UNANSWERED
}

/** What it has started a process in, and waits; nothing where that is seen to have ended. */
function callOf({ proc, call }: Heartbeat): StuckSnapshot | undefined {
  return proc === undefined || descendantsOf(proc).length > 0 ? call : undefined
}

function describeBlock({ proc }: Heartbeat): string {
  const [child] = descendantsOf(proc)
  return child === undefined || child.program === '' ? BLOCKED : `${BLOCKED}, and has started ${child.program}`
}
