import type * as InspectorModule from 'node:inspector'
import { readlinkSync } from './builtins.ts'

const { isMainThread, threadId } = process.getBuiltinModule('node:worker_threads')

/** Who this thread is for another process, and how that may look into it. */
export interface ThreadIdentity {
  pid: number
  /** 0 for the main thread of a process. */
  threadId: number
  /** Its folder in Linux's `/proc`. */
  proc: string | undefined
  /** Whether a debugger listens. Of a worker thread only its process's main thread knows. */
  isDebugged(): boolean
  /** From now on the signal that opens the inspector, `SIGUSR1`, does so on a free port, however many processes get it. */
  openable(): void
}

export function identify(): ThreadIdentity {
  const inspector = loadInspector()
  // Taken at the start: tests replace it.
  const url = inspector?.url
  return {
    pid: process.pid,
    threadId: isMainThread ? 0 : threadId,
    proc: procFolder(),
    isDebugged: () => url?.() !== undefined,
    openable() {
      if (isMainThread && inspector !== undefined) process.debugPort = 0
    }
  }
}

/** Not every build of Node has one. */
function loadInspector(): typeof InspectorModule | undefined {
  try {
    return process.getBuiltinModule('node:inspector')
  } catch {
    return undefined
  }
}

function procFolder(): string | undefined {
  try {
    return `/proc/${readlinkSync('/proc/thread-self')}`
  } catch {
    return undefined
  }
}
