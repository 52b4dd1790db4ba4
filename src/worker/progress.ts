import { inject } from 'vitest'
import type { ResolvedOptions } from '../model/options.ts'
import type { Heartbeat, RunningTest, StuckSnapshot } from '../model/stuck-worker.ts'
import { identify } from '../node/thread.ts'
import { startHeartbeat } from '../probes/process/heartbeat.ts'
import { HEARTBEAT_KEY } from '../protocol/worker-config.ts'

/** Tells the main process what this worker is doing, as long as its loop turns. */
export interface Progress {
  /** @param file as findings show it */
  fileLoads(file: string, project: string): void
  /** The file is loaded: hooks and tests run. */
  fileRuns(): void
  /** @returns to be called at its end, which is told with what comes next: most often that is the next test */
  testRuns(test: RunningTest): () => void
  /** A hook of the file starts, or the file has ended: no test that is over runs meanwhile. */
  testsOver(): void
  /** Waits for a process, or does so no longer; missing where nobody watches. */
  waits?(call: StuckSnapshot | undefined): void
}

/** More than one runs where tests are concurrent. */
const MAX_TESTS = 5

export function startProgress({ stuckTimeout: timeoutMs, rules }: Pick<ResolvedOptions, 'stuckTimeout' | 'rules'>): Progress {
  const folder = (inject as (key: string) => string | undefined)(HEARTBEAT_KEY)
  if (folder === undefined || timeoutMs === 0 || rules['stuck-test'] === 'off') return UNWATCHED
  const { pid, threadId, proc, isDebugged, openable } = identify()
  const everyMs = Math.min(500, Math.max(100, timeoutMs / 4))
  const file = {
    pid,
    threadId,
    ...(proc !== undefined && { proc }),
    timeoutMs,
    everyMs,
    setting: rules['stuck-test'],
    project: '',
    file: '',
    loading: true
  }
  // Texts, not objects: a test is written down twice, and that is all that it costs.
  let head = ''
  const running = new Set<string>()
  let exempt = 0
  let call = ''
  /** A test that is over is still told of. */
  let outdated = false
  function line(beats: number): string {
    outdated = false
    const tests = running.size > MAX_TESTS ? [...running].slice(0, MAX_TESTS) : [...running]
    return `${head},"beats":${beats},"debugged":${isDebugged()},"exempt":${exempt > 0},"tests":[${tests.join()}]${call}}\n`
  }
  function change(change: Partial<Heartbeat>): void {
    Object.assign(file, change)
    head = JSON.stringify(file).slice(0, -1)
  }
  change({})
  const heartbeat = startHeartbeat(`${folder}/${pid}-${threadId}`, everyMs, line)
  if (heartbeat === undefined) return UNWATCHED
  openable()
  return {
    fileLoads(path, project) {
      change({ file: path, project, loading: true })
      heartbeat.beat()
    },
    fileRuns() {
      change({ loading: false })
      heartbeat.beat()
    },
    waits(snapshot) {
      call = snapshot === undefined ? '' : `,"call":${JSON.stringify(snapshot)}`
      // Its end is written with the next beat: who watches sees whether a process is there that may be waited for.
      if (snapshot !== undefined) heartbeat.beat()
    },
    testRuns(test) {
      const text = JSON.stringify(test)
      const weight = test.setting === 'off' ? 1 : 0
      running.add(text)
      exempt += weight
      heartbeat.beat()
      return () => {
        running.delete(text)
        exempt -= weight
        outdated = true
      }
    },
    testsOver() {
      if (outdated) heartbeat.beat()
    }
  }
}

const UNWATCHED: Progress = { fileLoads() {}, fileRuns() {}, testRuns: () => () => {}, testsOver() {} }
