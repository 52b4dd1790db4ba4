import { closeSync, openSync, readSync } from './builtins.ts'

/** Milliseconds of this thread since it started: on a CPU, and ready to run while others held the CPU. */
export interface ThreadTime {
  runMs: number
  waitMs: number
}

export interface ThreadClock {
  read(): ThreadTime
  /** Whether `waitMs` is measured; elsewhere it is always 0. */
  measuresWait: boolean
  stop(): void
}

/**
 * Linux tells run time and run-queue wait of the thread that opened the file, in nanoseconds. The descriptor is opened
 * and read on the thread that it measures. Elsewhere only CPU time is known.
 */
export function openThreadClock(): ThreadClock {
  try {
    return linuxClock()
  } catch {
    return cpuClock()
  }
}

function linuxClock(): ThreadClock {
  const fd = openSync('/proc/thread-self/schedstat', 'r')
  const buffer = Buffer.alloc(64)
  const clock = {
    measuresWait: true,
    read() {
      const length = readSync(fd, buffer, 0, 64, 0)
      const [run, wait] = buffer.toString('latin1', 0, length).split(' ')
      return { runMs: Number(run) / 1e6, waitMs: Number(wait) / 1e6 }
    },
    stop: () => closeSync(fd)
  }
  if (!(clock.read().runMs > 0)) throw new Error('schedstat is off in this kernel')
  return clock
}

// Older 22.x have no per-thread figure; the whole process's is right where one thread does the work.
const cpuUsage: () => NodeJS.CpuUsage = (process.threadCpuUsage ?? process.cpuUsage).bind(process)

function cpuClock(): ThreadClock {
  return {
    measuresWait: false,
    read() {
      const { user, system } = cpuUsage()
      return { runMs: (user + system) / 1e3, waitMs: 0 }
    },
    stop() {}
  }
}
