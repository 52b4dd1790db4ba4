import { readdirSync, readFileSync } from 'node:fs'

/** What Linux tells of one thread. */
export interface ThreadLook {
  /** Stopped, by a signal or a tracer. */
  stopped: boolean
  /** Ready to run, whether it does or not. */
  runnable: boolean
  /** On a CPU, and ready to run while others held the CPU, since it started. */
  runMs: number
  waitMs: number
}

/** @param proc the thread's folder in `/proc`; there is none elsewhere */
export function lookAtThread(proc: string | undefined): ThreadLook | undefined {
  if (proc === undefined) return undefined
  try {
    const stat = readFileSync(`${proc}/stat`, 'latin1')
    // It stands behind the thread's name, which is in parentheses and may hold anything.
    const state = stat[stat.lastIndexOf(')') + 2]
    const [run, wait] = readFileSync(`${proc}/schedstat`, 'latin1').split(' ').map(Number)
    return { stopped: state === 'T' || state === 't', runnable: state === 'R', runMs: run! / 1e6, waitMs: wait! / 1e6 }
  } catch {
    return undefined
  }
}

export interface ChildLook {
  pid: number
  program: string
}

/** The processes that a thread has started, with all that they started: a synchronous call may wait for them. */
export function descendantsOf(proc: string | undefined): ChildLook[] {
  const children = proc === undefined ? [] : readNumbers(`${proc}/children`)
  return children.flatMap((pid) => [{ pid, program: programOf(pid) }, ...threadsOf(pid).flatMap(descendantsOf)])
}

function readNumbers(path: string): number[] {
  try {
    return (readFileSync(path, 'latin1').match(/\d+/g) ?? []).map(Number)
  } catch {
    return []
  }
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`)
  } catch {
    return []
  }
}

/** Without its arguments: they may hold passwords. */
function programOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0', 1)[0]!
  } catch {
    return ''
  }
}
