import { setTimeout as sleep } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import type { Heartbeat } from '../../model/stuck-worker.ts'
import { descendantsOf } from '../../node/proc.ts'
import type { Handle } from './worker-handles.ts'

/** Long enough for a thread to run into its end. */
const PATIENCE_MS = 500

/**
 * Ends a worker whose loop does not turn. Vitest sees it go, fails its file and runs on.
 * @param waits nobody has seen what it does: it may wait for a process that it has started, which has to go, too
 */
export async function endWorker(handle: Handle, { proc }: Heartbeat, waits: boolean): Promise<void> {
  const children = waits ? descendantsOf(proc) : []
  if (handle.kind === 'process') {
    handle.process.kill('SIGKILL')
    killAll(children)
    return
  }
  const terminated = handle.thread.terminate()
  killAll(children)
  await Promise.race([terminated, sleep(PATIENCE_MS, undefined, { ref: false })])
  if (isAlive(handle.thread)) abandon(handle.thread)
}

function killAll(children: readonly { pid: number }[]): void {
  for (const { pid } of children) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
}

const isAlive = ({ threadId }: Worker): boolean => threadId !== -1

/** A system call, or native code, that does not return: nothing but the end of the process ends the thread. */
function abandon(thread: Worker): void {
  thread.emit('exit', 1)
  thread.removeAllListeners('exit')
  thread.unref()
  // Open streams keep the process alive, too.
  for (const stream of [thread.stdout, thread.stderr]) if (!stream.readableEnded) stream.push(null)
  process.once('exit', () => {
    if (isAlive(thread)) leaveAtOnce()
  })
}

/** An ordinary exit waits for all threads. */
function leaveAtOnce(): void {
  const { execve } = process as { execve?: (file: string, args: string[]) => never }
  try {
    // The process becomes another one, which ends: only so it ends with an exit code of our choice.
    execve?.('/bin/sh', ['sh', '-c', 'exit 1'])
  } finally {
    process.kill(process.pid, 'SIGKILL')
  }
}
