import { setTimeout as sleep } from 'node:timers/promises'
import type { StuckSnapshot, TaskPack } from '../../model/stuck-worker.ts'
import type { Inspected } from '../../node/inspector/inspected.ts'
import { ASK_FINISHED, ASK_STUCK } from '../../protocol/running-profiler.ts'

const MAX_STEPS = 60
/** A function of Node's that runs all promises never returns from a loop of them. */
const STEP_MS = 150

/**
 * Stops the thread and asks it what it is doing; it stays stopped.
 * @param isWanted asked before each step
 * @param tell called with more and more that is known; never, where our worker is not in the thread
 */
export async function lookInto(inspected: Inspected, isWanted: () => boolean, tell: (snapshot: StuckSnapshot) => void): Promise<void> {
  void inspected.call('Debugger.enable')
  await stop(inspected, 'Debugger.pause')
  const snapshot = await ask(inspected)
  if (snapshot === undefined) return
  tell(snapshot)
  // In a loop of promises or ticks most of what runs is Node's and ours: the user's code is what runs next.
  let { location } = snapshot
  for (let step = 0; location === undefined && step < MAX_STEPS && isWanted(); step++) {
    await stop(inspected, step % 2 === 0 ? 'Debugger.stepOut' : 'Debugger.stepInto')
    const next = await ask(inspected)
    if (next !== undefined) tell(withoutCallee(next))
    location = next?.location
  }
}

async function stop(inspected: Inspected, method: string): Promise<void> {
  const paused = inspected.paused()
  void inspected.call(method)
  await Promise.race([paused, sleep(STEP_MS, undefined, { ref: false })])
  void inspected.call('Debugger.pause')
  await paused
}

/** After a step, it is whatever the line happens to call next. */
function withoutCallee({ callee: _, ...snapshot }: StuckSnapshot): StuckSnapshot {
  return snapshot
}

/** What the stopped thread's test file has finished. */
export async function askFinished(inspected: Inspected): Promise<TaskPack[]> {
  return ((await evaluate(inspected, ASK_FINISHED)) as TaskPack[] | undefined) ?? []
}

const ask = async (inspected: Inspected): Promise<StuckSnapshot | undefined> =>
  (await evaluate(inspected, ASK_STUCK)) as StuckSnapshot | undefined

/** Not in the innermost frame's scope: its variables may have the names that are used here. */
async function evaluate(inspected: Inspected, expression: string): Promise<unknown> {
  const answer = (await inspected.call('Runtime.evaluate', { expression, returnByValue: true, includeCommandLineAPI: true })) as
    | { result?: { value?: unknown } }
    | undefined
  const value = answer?.result?.value
  return typeof value === 'string' ? JSON.parse(value) : undefined
}
