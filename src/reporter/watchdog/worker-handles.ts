import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Worker } from 'node:worker_threads'
import type { Heartbeat } from '../../model/stuck-worker.ts'

/** A worker of the pool, as this process holds it. */
export type Handle = { kind: 'process'; process: ChildProcess } | { kind: 'thread'; thread: Worker }

export interface Handles {
  /** Nothing for one that has ended, and for one that this process did not start. */
  of(worker: Pick<Heartbeat, 'pid' | 'threadId'>): Handle | undefined
  stop(): void
}

/** Sees the processes and threads that anybody starts here, whichever pool that is, and keeps none of them alive. */
export function followHandles(): Handles {
  let processes: WeakRef<ChildProcess>[] = []
  let threads: WeakRef<Worker>[] = []
  const onProcess = (message: unknown): void => {
    processes = [...processes.filter((each) => each.deref() !== undefined), new WeakRef((message as { process: ChildProcess }).process)]
  }
  const onThread = (message: unknown): void => {
    threads = [...threads.filter((each) => each.deref() !== undefined), new WeakRef((message as { worker: Worker }).worker)]
  }
  subscribe('child_process', onProcess)
  subscribe('worker_threads', onThread)
  return {
    of({ pid, threadId }) {
      if (threadId === 0) {
        const process = processes.map((each) => each.deref()).find((each) => each?.pid === pid && isRunning(each))
        return process && { kind: 'process', process }
      }
      if (pid !== process.pid) return undefined
      const thread = threads.map((each) => each.deref()).find((each) => each?.threadId === threadId)
      return thread && { kind: 'thread', thread }
    },
    stop() {
      unsubscribe('child_process', onProcess)
      unsubscribe('worker_threads', onThread)
    }
  }
}

/** A thread that has ended has another id. */
const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null
