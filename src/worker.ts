import { aroundAll, aroundEach, expect, inject } from 'vitest'
import { OPTIONS_KEY, type WorkerConfig } from './channel.ts'
import { setRunning } from './holder.ts'
import { asyncMatchers } from './matchers.ts'
import { runFile, runTest } from './worker/run-scopes.ts'
import type { WorkerState } from './worker/state.ts'
import { createProfiler } from './session/profiler.ts'
import { DEFAULT_OPTIONS } from './test-options.ts'
import type { RunnerSuite } from './worker/test-task.ts'
import { VERSION } from './version.ts'

/*
 * One profiler for each process (or thread), whatever becomes of modules and globals: with `isolate: false` and in vm
 * pools the setup file runs again for every test file, and must find the probes that already run.
 */
const KEY = Symbol.for(`vitest-async-profiler.worker ${VERSION}`)
type Holder = { [KEY]?: WorkerState }

/** Wraps tests and files of the test file that is about to run; called once for each by the setup file. */
export function install(): void {
  // Not now: loading the test file would only be slowed by what is of no use until its first test.
  const state = (): WorkerState => (process as unknown as Holder)[KEY] ?? createState()
  setRunning({
    version: VERSION,
    profile: (fn) => state().profiler.profile(fn),
    currentProfile: () => state().profiler.currentProfile(),
    blockingThreshold: () => state().profiler.blockingThreshold(),
    measured: (subject) => state().profiler.measured(subject)
  })
  expect.extend(asyncMatchers)
  // No time limit of ours: what runs inside has its own. The source of these functions is parsed for `{ task }`.
  aroundAll(async (runSuite, {}, suite) => runFile(state(), runSuite, suite as RunnerSuite), NO_LIMIT)
  aroundEach(async (run, { task }) => runTest(state(), run, task), NO_LIMIT)
}

const NO_LIMIT = 0

function createState(): WorkerState {
  const config = (inject as (key: string) => WorkerConfig | undefined)(OPTIONS_KEY)
  const { options, allow, root, flagged } = config ?? { options: DEFAULT_OPTIONS, allow: [], root: process.cwd(), flagged: [] }
  const profiler = createProfiler(options, root)
  const state: WorkerState = { options, allow, root, flagged: new Set(flagged), profiler, notices: new Set() }
  Object.defineProperty(process, KEY, { value: state, enumerable: false })
  return state
}
