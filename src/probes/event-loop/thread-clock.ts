import { readSync } from '../../node/builtins.ts'
import { now } from '../../node/clock.ts'
import { openOwned, type OwnedFile } from '../../node/owned-file.ts'

/** Milliseconds of this thread since it started: on a CPU, and ready to run while others held the CPU. Neither ever goes back. */
export interface ThreadTime {
  runMs: number
  waitMs: number
}

export interface ThreadClock {
  /** Never throws: it is called inside hooks, where an error would end the process. */
  read(): ThreadTime
  stop(): void
}

/**
 * Linux tells run time and run-queue wait of the thread that opened the file, in nanoseconds. The descriptor is opened
 * and read on the thread that it measures. Elsewhere only CPU time is known, and `waitMs` is always 0.
 */
export function openThreadClock(): ThreadClock {
  const linux = openSchedstat()
  const first = linux?.read()
  // Some kernels have the file and count nothing in it.
  if (linux === undefined || first === undefined || first.runMs === 0) {
    linux?.close()
    return { read: cpuTime, stop() {} }
  }
  return linuxClock(linux, first)
}

/** Trying to open the file costs some microseconds, and a process without descriptors is so for a while. */
const REOPEN_MS = 100

function linuxClock(opened: Schedstat, first: ThreadTime): ThreadClock {
  let schedstat: Schedstat | undefined = opened
  let reopenAt = 0
  /** The last reading: whose, what it was, and when. */
  let last = { fromFile: true, time: first, at: now() }
  let told = first

  function readFile(at: number): ThreadTime | undefined {
    const time = schedstat?.read()
    if (time !== undefined || at < reopenAt) return time
    reopenAt = at + REOPEN_MS
    schedstat = openSchedstat()
    return schedstat?.read()
  }
  return {
    read() {
      const at = now()
      const found = readFile(at)
      const reading = { fromFile: found !== undefined, time: found ?? cpuTime(), at }
      // The two count from different times. What passed between them counts as run, because nothing tells that it was not.
      const same = reading.fromFile === last.fromFile
      const runMs = same ? reading.time.runMs - last.time.runMs : at - last.at
      const waitMs = same ? reading.time.waitMs - last.time.waitMs : 0
      told = { runMs: told.runMs + Math.max(0, runMs), waitMs: told.waitMs + Math.max(0, waitMs) }
      last = reading
      return told
    },
    stop: () => schedstat?.close()
  }
}

interface Schedstat {
  /** Nothing where the descriptor is not ours any more. */
  read(): ThreadTime | undefined
  close(): void
}

function openSchedstat(): Schedstat | undefined {
  let file: OwnedFile
  try {
    file = openOwned('/proc/thread-self/schedstat', 'r')
  } catch {
    return undefined
  }
  const buffer = Buffer.alloc(64)
  return {
    read() {
      if (!file.isOurs()) return undefined
      try {
        return parse(buffer.toString('latin1', 0, readSync(file.fd, buffer, 0, 64, 0)))
      } catch {
        return undefined
      }
    },
    close: file.close
  }
}

/** Nanoseconds on a CPU, nanoseconds waited for one, and how often it was given one. */
const SCHEDSTAT = /^(\d+) (\d+) \d+\s*$/

function parse(text: string): ThreadTime | undefined {
  const found = SCHEDSTAT.exec(text)
  return found === null ? undefined : { runMs: Number(found[1]) / 1e6, waitMs: Number(found[2]) / 1e6 }
}

// Older 22.x have no per-thread figure; the whole process's is right where one thread does the work.
const cpuUsage: () => NodeJS.CpuUsage = (process.threadCpuUsage ?? process.cpuUsage).bind(process)

function cpuTime(): ThreadTime {
  const { user, system } = cpuUsage()
  return { runMs: (user + system) / 1e3, waitMs: 0 }
}
