import { resolve } from 'node:path'
import { isFailure } from '../analysis/failing.ts'
import { failsByLeftovers } from '../config/gate.ts'
import type { TestOptions } from '../config/test-options.ts'
import type { Finding, RuleName } from '../model/finding.ts'
import type { BudgetLimits, ResolvedOptions, RuleSetting } from '../model/options.ts'
import type { TestRef } from '../model/place.ts'
import type { ScopeResult } from '../model/results.ts'
import { now } from '../node/clock.ts'
import { debug } from '../node/debug.ts'
import { askForTasks } from '../probes/async/tasks.ts'
import { RESULT_KEY } from '../protocol/worker-config.ts'
import type { Scope } from '../session/scope/scope.ts'
import { isAffordable } from '../session/stalls/sampler-policy.ts'
import { wrapHooks } from '../vitest/worker/suite-hooks.ts'
import { aroundTestFunctions } from '../vitest/worker/test-functions.ts'
import { outcomeOf, optionsOf, type RunnerSuite, type RunnerTest, validation } from '../vitest/worker/test-task.ts'
import { failLate } from './fail-late.ts'
import { judgeLeftovers } from './file-leftovers.ts'
import { addAttempt } from './retries.ts'
import { lostResult, resultOf } from './scope-result.ts'
import type { WorkerState } from './state.ts'
import { tellHookTimeout, tellTimeout } from './timed-out.ts'
import { nameUnhandled } from './unhandled.ts'
import { usesOf } from './uses.ts'

/** Runs a file's suites. `beforeAll` and `afterAll` are the file's work, tests have scopes of their own. */
export function runFile(state: WorkerState, runSuite: () => Promise<void>, suite: RunnerSuite): Promise<void> {
  const { profiler, options, progress } = state
  const stop = profiler.start(globalThis)
  const stopUnhandled = nameUnhandled(state, globalThis)
  const file = profiler.display(suite.file.filepath)
  ours(state, progress.fileRuns)
  state.suite = suite
  ours(state, () => sampleWhereWorth(state, suite, options.rules, undefined))
  const scope = profiler.beginFile(file)
  if (usesOf(suite.file.filepath).leftovers) scope.askForLeftovers()
  const { session } = profiler
  wrapHooks(suite, ['beforeAll', 'afterAll'], (hook) => {
    ours(state, progress.testsOver)
    return session.run(scope, hook)
  })
  // Of the promises around a test some thirty are the runner's: its own functions are set apart.
  const inTest = (call: () => unknown, layered = false): unknown => {
    const here = session.storage.getStore()
    return here?.kind === 'runner' ? session.begin(here.parent!, call, layered) : call()
  }
  wrapHooks(suite, ['beforeEach', 'afterEach'], (hook) => inTest(hook))
  const stopTests = aroundTestFunctions(({ timeout }, call, isRunners) => inTest(call, isRunners && timeout > 0 && timeout < Infinity))
  async function end(): Promise<void> {
    profiler.end(scope)
    ours(state, progress.testsOver)
    const result = await safely(state, scope, async () => {
      const timedOut = ours(state, () => tellHookTimeout(state, scope, suite))
      const { late, ...left } = await judgeLeftovers(state, scope, { lost: timedOut !== undefined })
      failLate(state, late, globalThis)
      const own = ours(state, () => resultOf(state, scope, options.rules, undefined, timedOut ?? []))
      const allowed = [...(own.allowed ?? []), ...(left.allowed ?? [])]
      return { ...own, ...left, findings: [...own.findings, ...left.findings], ...(allowed.length > 0 && { allowed }) }
    })
    // Vite's graph knows no module by what a test computes its name from, and none that is required.
    if (state.known !== undefined && !(state.known.noStall && state.known.nothingLeft)) result.loaded = ours(state, profiler.files)
    result.overheadMs = profiler.overheadOfFile(scope) + state.loadMs
    state.loadMs = 0
    send(suite, result)
    stopTests()
    stopUnhandled()
    stop()
    throwErrors(
      state,
      result.findings.filter(({ test }) => test === undefined),
      suite
    )
  }
  return after(runSuite(), end)
}

/** Runs one attempt of a test, hooks included, in a scope of its own. */
export function runTest(state: WorkerState, run: () => Promise<void>, task: RunnerTest): Promise<void> {
  const { profiler, options, progress } = state
  const { own, problem } = readOptions(options, task)
  const rules = { ...options.rules, ...own.rules }
  const lives = ours(state, () => progress.testRuns({ id: task.id, name: task.fullTestName, setting: rules['stuck-test'] }))
  const samplerMs = ours(state, () => sampleWhereWorth(state, task, rules, own.budgets))
  const { blockingThreshold = options.blockingThreshold, lagThreshold = options.lagThreshold } = own
  const scope = profiler.begin({ kind: 'test', name: task.fullTestName, thresholds: { blockingThreshold, lagThreshold } })
  scope.overheadMs += samplerMs
  scope.file = profiler.display(task.file.filepath)
  scope.test = refOf(state, task, scope.file)
  profiler.setRules(scope, rules)
  state.taskOf.set(scope, task)
  state.tests.set(scope.test, { task, rules, budgets: own.budgets })
  const uses = usesOf(task.file.filepath)
  const budgeted = [own.budgets, ...options.budgets].some((budget) => budget?.syncCalls !== undefined)
  if (rules['sync-call'] !== 'off' || budgeted || uses.assertions) scope.syncCalls.limit = MANY_SYNC_CALLS
  if (uses.tasks) askForTasks(scope)
  scope.taskLog.ofRequests = uses.concurrency
  if (uses.leftovers || (state.known?.nothingLeft === true && failsByLeftovers(own.rules ?? {}, [own.budgets]))) scope.askForLeftovers()
  async function end(): Promise<void> {
    profiler.end(scope)
    ours(state, lives)
    const result = await safely(state, scope, async () => {
      // At once: what is left settles meanwhile.
      const timedOut = ours(state, () => tellTimeout(state, scope, task, rules))
      ours(state, () => profiler.leftovers.ended(scope, outcomeOf(task)))
      await profiler.session.victimsKnown()
      await profiler.settleCost(scope)
      if (scope.passedOver > 0)
        debug('%s: %d promises and resources had no stack, so that it may have left more than is told', scope.name, scope.passedOver)
      return ours(state, () => resultOf(state, scope, rules, own.budgets, timedOut))
    })
    if (problem !== undefined) result.failure = problem
    send(task, addAttempt(task, result, profiler.mergeFindings))
    // A test that is expected to fail would pass by our error; the reporter fails the run instead.
    if (task.fails !== true) throwErrors(state, result.findings, task)
  }
  return after(profiler.session.run(profiler.around(scope), run), end)
}

function refOf({ refs }: WorkerState, task: RunnerTest, file: string): TestRef {
  const ref = refs.get(task) ?? { file, name: task.fullTestName }
  refs.set(task, ref)
  return ref
}

/** Where each of them counts. */
const MANY_SYNC_CALLS = 1000

// Taken at load: tests replace and count it.
const { then } = Promise.prototype

/** Not by `await`: our frames would stand in the async stacks of the user's errors. */
function after(work: Promise<void>, end: () => void | Promise<void>): Promise<void> {
  return Reflect.apply(then, work, [
    end,
    async (error: unknown) => {
      await end()
      throw error
    }
  ]) as Promise<void>
}

/** A wrong option fails its test; one that is expected to fail would only pass by that, so it runs, and the run fails. */
function readOptions(options: ResolvedOptions, task: RunnerTest): { own: TestOptions; problem?: string } {
  try {
    const own = optionsOf(task)
    if (!options.detectBlocking || !options.monitorEventLoop) validation().checkTestOptions(options, own, task.fullTestName)
    return { own }
  } catch (error) {
    if (task.fails !== true) throw error
    return { own: {}, problem: (error as Error).message }
  }
}

/**
 * Where our own work fails, nobody's test fails for it: the run says what it does not know, and fails where that may hide what should fail
 * it.
 */
async function safely(state: WorkerState, scope: Scope, work: () => Promise<ScopeResult>): Promise<ScopeResult> {
  try {
    return await work()
  } catch (error) {
    return lostResult(state, scope, error)
  }
}

/** Our own work between tests is nobody's: it must not show as the file's. */
export function ours<T>({ profiler: { session } }: WorkerState, work: () => T): T {
  const since = now()
  try {
    return work()
  } finally {
    session.exclude(since)
  }
}

const AFFORDABLE_SHARE = 0.03

/** Starts the sampler where this file or test is worth it; what that took. */
function sampleWhereWorth(
  { options, known, profiler }: WorkerState,
  task: RunnerSuite,
  rules: Record<RuleName, RuleSetting>,
  budgets: BudgetLimits | undefined
): number {
  const { evidence } = profiler.session
  if (evidence.sampling()) return 0
  const canFail = rules['blocking-call'] === 'error' || budgets !== undefined || options.budgets.length > 0
  // Where most likely nothing stalls, as soon as its cost is a small part of what the file has already taken.
  const late = known?.noStall === true && !canFail && options.backend !== 'inspector' && !usesOf(task.file.filepath).assertions
  if (late && !isAffordable(AFFORDABLE_SHARE)) {
    debug('%s: no CPU profile yet: the last run of the same sources found no stall', profiler.display(task.file.filepath))
    return 0
  }
  evidence.startSampling(late)
  return evidence.samplerStartMs()
}

/** The reporter reads it from `meta`, which Vitest sends as JSON. */
function send(task: RunnerSuite, result: ScopeResult): void {
  ;(task.meta as Record<string, unknown>)[RESULT_KEY] = result
}

function throwErrors({ root, profiler }: WorkerState, findings: readonly Finding[], task: RunnerSuite): void {
  const failures = findings
    .filter(isFailure)
    .map((finding) => profiler.failureOf(finding, (file) => resolve(root, file), task.file.filepath))
  // Vitest shows each error of an aggregate by itself.
  if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateError(failures)
}
