import { createRequire } from 'node:module'
import type Picomatch from 'picomatch'
import { aroundAll, aroundEach, expect, inject } from 'vitest'
import { DEFAULT_OPTIONS } from './config/defaults.ts'
import { failsByLeftovers } from './config/gate.ts'
import { VERSION } from './config/version.ts'
import { now } from './node/clock.ts'
import { withRealBuiltins } from './node/real-builtins.ts'
import { setRunning } from './protocol/running-profiler.ts'
import { type FileSet, OPTIONS_KEY, REPORTER_KEY, type WorkerConfig } from './protocol/worker-config.ts'
import { createProfiler } from './session/create-profiler.ts'
import type { RunnerSuite } from './vitest/worker/test-task.ts'
import { isFirstWorker, missingGlobals, modulesOf, runningFile, syncBuiltinCopies } from './vitest/worker/worker-globals.ts'
import { finishedTasks } from './worker/finished.ts'
import { lazyMatchers } from './worker/lazy-matchers.ts'
import { startProgress } from './worker/progress.ts'
import { ours, runFile, runTest } from './worker/run-scopes.ts'
import type { WorkerState } from './worker/state.ts'

/*
 * One profiler for each process (or thread), whatever becomes of modules and globals: with `isolate: false` and in vm
 * pools the setup file runs again for every test file, and must find the probes that already run.
 */
const KEY = Symbol.for(`vitest-async-profiler.worker ${VERSION}`)
type Holder = { [KEY]?: WorkerState }

const require = createRequire(import.meta.url)

/**
 * Wraps tests and files of the test file that is about to run; called once for each by the setup file.
 * @param since when that began to load this one, on `performance.now()`'s scale
 */
export function install(since: number): void {
  const config = (inject as (key: string) => unknown)(OPTIONS_KEY) as WorkerConfig | undefined
  const state = (process as unknown as Holder)[KEY] ?? createState(config)
  const { profiler, progress, options } = state
  setRunning({
    version: VERSION,
    profile: profiler.profile,
    currentProfile: profiler.currentProfile,
    profileRequests: profiler.profileRequests,
    blockingThreshold: profiler.blockingThreshold,
    stuck: () => JSON.stringify({ ...profiler.stuck(), ...idOfRunning(state) }),
    finished: () => JSON.stringify(finishedTasks(state.suite)),
    measured: profiler.measured,
    measures: profiler.measures,
    detectsBlocking: options.detectBlocking,
    // Loaded where there are some: most workers have none.
    compileGlobs: (globs) => ours(state, () => withRealBuiltins(() => require('picomatch') as typeof Picomatch)([...globs]))
  })
  const { path, project } = runningFile(globalThis)
  const file = profiler.display(path)
  // Not once: watch mode may give a changed file to a worker that is already there.
  const { known } = config ?? {}
  const isIn = ({ files, others }: FileSet): boolean => files.includes(file) !== others
  if (known === undefined) delete state.known
  else state.known = { noStall: isIn(known.noStall), nothingLeft: isIn(known.nothingLeft) }
  progress.fileLoads(file, project)
  // Before the test file and what it imports: CommonJS modules keep the functions that they find. All other probes wait
  // for the first test: they would only slow the loading.
  profiler.session.syncCalls.refresh()
  profiler.load(globalThis, { fewStacks: state.known?.nothingLeft === true && !failsByLeftovers(options.rules, options.budgets) })
  expect.extend(lazyMatchers(import.meta.url, (work) => ours(state, work)))
  // No time limit of ours: what runs inside has its own. The source of these functions is parsed for `{ task }`.
  aroundAll(async (runSuite, {}, suite) => runFile(state, runSuite, suite as RunnerSuite), NO_LIMIT)
  aroundEach(async (run, { task }) => runTest(state, run, task), NO_LIMIT)
  state.loadMs += now() - since
}

const NO_LIMIT = 0

/** Concurrent tests may have one name. */
function idOfRunning({ profiler, taskOf }: WorkerState): { testId?: string } {
  const scope = profiler.session.storage.getStore()
  const task = scope && taskOf.get(scope.whole)
  return task === undefined ? {} : { testId: task.id }
}

/** The setup file without plugin and reporter measures for nobody. Told by the first worker of a run alone. */
function tellAlone(): void {
  if (!isFirstWorker(globalThis)) return
  process.emitWarning(
    'vitest-async-profiler/setup runs without its reporter, so that nothing will be shown: ' +
      "use asyncProfiler() in plugins instead, or add 'vitest-async-profiler/reporter' to reporters"
  )
}

function createState(config: WorkerConfig | undefined): WorkerState {
  if (config === undefined && (inject as (key: string) => unknown)(REPORTER_KEY) === undefined) tellAlone()
  const { options, allow, root } = config ?? { options: DEFAULT_OPTIONS, allow: [], root: process.cwd() }
  const profiler = createProfiler(options, root, allow, { modulesOf, syncBuiltinCopies })
  const progress = startProgress(options)
  const state: WorkerState = {
    options,
    allow,
    root,
    profiler,
    notices: new Set(missingGlobals(globalThis)),
    tests: new Map(),
    refs: new WeakMap(),
    taskOf: new WeakMap(),
    progress,
    loadMs: 0
  }
  const { waits } = progress
  if (waits !== undefined) profiler.onProcess((call) => waits(call && { ...call, ...idOfRunning(state) }))
  Object.defineProperty(process, KEY, { value: state, enumerable: false })
  return state
}
