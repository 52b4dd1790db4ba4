import { aroundAll, aroundEach, expect, inject } from 'vitest'
import { OPTIONS_KEY, type WorkerConfig } from './channel.ts'
import { setRunning } from './holder.ts'
import { asyncMatchers } from './matchers.ts'
import { runFile, runTest, type WorkerState } from './run-scopes.ts'
import { createProfiler } from './session/profiler.ts'
import { DEFAULT_OPTIONS } from './test-options.ts'
import type { RunnerSuite } from './test-task.ts'
import { VERSION } from './version.ts'

/*
 * One profiler for each process (or thread), whatever becomes of modules and globals: with `isolate: false` and in vm
 * pools the setup file runs again for every test file, and must find the probes that already run.
 */
const KEY = Symbol.for('vitest-async-profiler.worker')
type Holder = { [KEY]?: WorkerState }

/** Wraps tests and files of the test file that is about to run; called once for each by the setup file. */
export function install(): void {
  const state = workerState()
  expect.extend(asyncMatchers)
  // No time limit of ours: what runs inside has its own. The source of these functions is parsed for `{ task }`.
  aroundAll(async (runSuite, {}, suite) => runFile(state, runSuite, suite as RunnerSuite), NO_LIMIT)
  aroundEach(async (run, { task }) => runTest(state, run, task), NO_LIMIT)
}

const NO_LIMIT = 0

function workerState(): WorkerState {
  const holder = process as unknown as Holder
  const known = holder[KEY]
  if (known !== undefined) {
    if (known.version !== VERSION) {
      known.notices.add(`two copies of vitest-async-profiler are loaded (${known.version} and ${VERSION}): the first one profiles; remove one`)
    }
    return known
  }
  const config = (inject as (key: string) => WorkerConfig | undefined)(OPTIONS_KEY)
  const { options, root, flagged } = config ?? { options: DEFAULT_OPTIONS, root: process.cwd(), flagged: [] }
  const profiler = createProfiler(options, root)
  const state: WorkerState = { version: VERSION, options, root, flagged: new Set(flagged), profiler, notices: new Set() }
  Object.defineProperty(holder, KEY, { value: state, enumerable: false })
  const { profile, currentProfile, measured } = profiler
  setRunning({ version: VERSION, profile, currentProfile, measured })
  return state
}
