import { subscribe } from 'node:diagnostics_channel'
import type { Left, Observed, RuleContext } from '../analysis/profile.ts'
import { AsyncProfilerError } from '../errors.ts'
import type { Finding } from '../model/finding.ts'
import type { RunnerAccess } from '../model/module-graph.ts'
import type { ResolvedOptions } from '../model/options.ts'
import type { AsyncProfile } from '../model/profile.ts'
import type { AllowPattern } from '../model/results.ts'
import { now } from '../node/clock.ts'
import { loadLater } from '../node/load-later.ts'
import { askForTasks } from '../probes/async/tasks.ts'
import type * as Later from './later.ts'
import { watchLeftovers } from './leftovers/leftovers.ts'
import { watchRejections } from './leftovers/rejections.ts'
import { createMeasurer, displayPath } from './profile/measure.ts'
import type { Subjects } from './profile/subjects.ts'
import type { Tasks } from './profile/tasks.ts'
import { watchRequests } from './requests/watch.ts'
import { createHookCost } from './scope/hook-cost.ts'
import { fileBudgets } from './scope/scope-stack-budgets.ts'
import { Scope } from './scope/scope.ts'
import { createSession } from './create-session.ts'
import type { Locator } from './source/locate.ts'
import { createSources } from './source/sources.ts'
import type { StuckOptions } from './waits/stuck.ts'
import type { Profiler } from './profiler.ts'

const later = loadLater<typeof Later>(import.meta.url, './later')

export function createProfiler(options: ResolvedOptions, root: string, allow: readonly AllowPattern[], runner: RunnerAccess): Profiler {
  const thresholds = { blockingThreshold: options.blockingThreshold, lagThreshold: options.lagThreshold }
  const lag = options.monitorEventLoop
  const sources = createSources((lines) => later().readScript(lines), runner.modulesOf)
  const session = createSession({ ...options, isLoading: sources.isLoading, script: sources.script })
  // Before the request's own code runs.
  for (const name of ['http.server.request.start', 'http.server.response.created']) subscribe(name, () => session.syncCalls.refresh())
  /** What is done in the middle of somebody's work, and is none of it: on a busy machine, to load a module takes 50 ms. */
  function ours<T>(work: () => T): T {
    const since = now()
    try {
      return work()
    } finally {
      session.exclude(since)
    }
  }
  const requests = watchRequests(session, { lag, thresholds }, () => ours(later))
  const displayed = new Map<string, string>()
  /** Asked for each test. */
  function display(path: string): string {
    let shown = displayed.get(path)
    if (shown === undefined) displayed.set(path, (shown = displayPath(root, path)))
    return shown
  }
  let located: Locator | undefined
  const real = (): Locator => (located ??= later().createLocator(sources, display))
  const locator: Locator = { frame: (frame) => real().frame(frame), places: (evidence) => real().places(evidence) }
  let listed: Tasks | undefined
  const tasks = (): Tasks => (listed ??= later().createTasks(locator, sources))
  const measurer = createMeasurer(session, locator, tasks)
  let read: Later.PromiseReader | undefined
  const promises = (): Later.PromiseReader => (read ??= later().createPromiseReader(sources, locator, options.maxStackDepth))
  const leftovers = watchLeftovers(session, {
    promises,
    neverSettling: (...args) => later().neverSettling(...args),
    locator,
    depth: options.maxStackDepth,
    prove: options.rules['never-settles'] !== 'off'
  })
  const rejections = watchRejections(session, leftovers, (error) => ours(later).readError(error, display, options.maxStackDepth))
  const hookCost = createHookCost(session)
  const rules = new WeakMap<Scope, RuleContext['rules']>()
  /** When the probes ran: from, and to. */
  const measuredTimes: { fromMs: number; toMs: number }[] = []
  const measuredAt = (ms: number): boolean => measuredTimes.some(({ fromMs, toMs }) => ms >= fromMs && ms < toMs)

  const stuckOptions: StuckOptions = { depth: options.maxStackDepth, settingOf: (scope) => rulesOf(scope)['stuck-test'] }

  function rulesOf(scope: Scope | undefined): RuleContext['rules'] {
    return scope === undefined ? options.rules : (rules.get(scope) ?? rulesOf(scope.parent))
  }
  let loaded: Scope | undefined
  let budgets = fileBudgets(false)
  let stopRequests = (): void => {}

  function begin({ kind, name, parent, thresholds: own }: Parameters<Profiler['begin']>[0]): Scope {
    session.cutTurn()
    session.syncCalls.refresh()
    return opened(
      new Scope({ kind, name, parent, thresholds: own ?? parent?.thresholds ?? thresholds, startMs: now(), lag, fileBudgets: budgets })
    )
  }
  function opened(scope: Scope): Scope {
    session.open(scope)
    hookCost.begin(scope)
    return scope
  }
  function end(scope: Scope): void {
    session.cutTurn()
    scope.endMs = now()
    hookCost.end(scope)
    session.close(scope)
    session.closeInside(scope)
  }
  const overheadOf = (scope: Scope): number => scope.overheadMs + hookCost.soFar(scope)
  let oursBefore = 0

  // Most scopes have nothing to find: their workers do not load the rules.
  const findAll = (observed: Observed, context: RuleContext): Finding[] =>
    observed.stretches.length + observed.starved.length + observed.syncCalls.length === 0 ? [] : later().findAll(observed, context)
  const findLeftovers = (left: Left, context: RuleContext): Finding[] =>
    left.resources.length + left.promises.length + left.rejected.length === 0 ? [] : later().findLeftovers(left, context)
  const detected = (observed: Observed): Observed => (options.detectBlocking ? observed : { ...observed, stretches: [], starved: [] })
  let given: Subjects | undefined
  const subjects = (): Subjects =>
    (given ??= ours(later).createSubjects({
      session,
      measurer,
      tasks: tasks(),
      leftSoFar: leftovers.soFar,
      allow,
      detectBlocking: options.detectBlocking,
      rulesOf,
      overheadOf,
      measuredAt,
      detected
    }))

  async function profile<T>(fn: () => T | PromiseLike<T>): Promise<{ profile: AsyncProfile; result: T }> {
    const scope = begin({ kind: 'function', name: fn.name || 'anonymous', parent: session.storage.getStore() })
    askForTasks(scope)
    try {
      const result = await session.run(scope, fn)
      end(scope)
      await leftovers.settle(scope)
      return { profile: subjects().measure(scope, 'told').profile, result }
    } finally {
      if (scope.endMs === undefined) end(scope)
    }
  }
  return {
    session,
    measurer,
    leftovers,
    rejections,
    timedOut(scope, what, own) {
      const { explainTimedOut, explainTimeout, findTimedOut } = ours(later)
      const timedOut = explainTimedOut(scope, what, { session, measurer, chains: promises().chains, locator })
      const context = { file: scope.file ?? '', rules: own, blockingThreshold: scope.thresholds.blockingThreshold }
      return { place: timedOut.location, text: explainTimeout(timedOut), findings: findTimedOut(timedOut, context) }
    },
    load(global, { fewStacks }) {
      stopRequests()
      // Before the test file: what it finds is what it puts back later, and a request that begins meanwhile has an end.
      stopRequests = requests.start(global)
      budgets = fileBudgets(fewStacks)
      loaded = new Scope({ kind: 'file', name: 'loading', thresholds, startMs: now(), lag, fileBudgets: budgets })
      session.load(loaded)
    },
    beginFile(file) {
      session.cutTurn()
      session.syncCalls.refresh()
      const scope = loaded ?? new Scope({ kind: 'file', name: file, thresholds, startMs: now(), lag, fileBudgets: budgets })
      loaded = undefined
      scope.file = file
      requests.beginFile(scope)
      return opened(scope)
    },
    display,
    files: sources.files,
    setRules: (scope, own) => void rules.set(scope, own),
    start(global) {
      oursBefore = session.oursMs()
      sources.reset(global)
      session.start(global)
      const measured = { fromMs: now(), toMs: Infinity }
      measuredTimes.push(measured)
      session.syncCalls.refresh()
      runner.syncBuiltinCopies(global)
      const undos = [stopRequests, session.syncCalls.patchGlobal(global)]
      return () => {
        measured.toMs = now()
        for (const undo of undos.toReversed()) undo()
        session.stop()
      }
    },
    begin,
    around: (parent) =>
      new Scope({ kind: 'runner', name: parent.name, parent, thresholds: parent.thresholds, startMs: parent.startMs, lag: false }),
    end,
    settleCost: (scope) => hookCost.settle(scope),
    overheadOfFile: (file) => session.oursMs() - oursBefore + hookCost.soFar(file),
    observe: (scope, own) => detected(measurer.observe(scope, own)),
    observeLate: (rulesOfTest) =>
      session.takeLate().map((test) => ({ test, observed: detected(measurer.observe(test, rulesOfTest(test), test.endMs)) })),
    profile,
    profileRequests: requests.profileRequests,
    currentProfile() {
      for (let scope = session.storage.getStore(); scope !== undefined; scope = scope.parent) {
        if (scope.kind === 'test') return subjects().measure(scope, 'kept').profile
      }
      throw new AsyncProfilerError(
        'ERR_NO_TEST',
        'currentProfile() was called outside a test: call it in a test, its hooks, or a handler that serves its request'
      )
    },
    stuck: () => later().takeSnapshot(session, later().createLocator(sources, display), stuckOptions),
    onProcess: (tell) =>
      session.syncCalls.onProcess((call) => {
        try {
          ours(() => tell(call && later().snapshotOf(call, session, locator, stuckOptions)))
        } catch {
          // No descriptor is left, say. The call is the user's, and goes on.
        }
      }),
    blockingThreshold: () => (session.storage.getStore()?.thresholds ?? thresholds).blockingThreshold,
    judgeBudget: (...args) => later().judgeBudget(...args),
    lagBudgetFinding: (...args) => later().lagBudgetFinding(...args),
    findAll,
    findLeftovers,
    mergeFindings: (...args) => later().mergeFindings(...args),
    failureOf: (...args) => later().failureOf(...args),
    measures: () => measuredAt(now()),
    measured(subject) {
      const known = subjects().ofProfile(subject as AsyncProfile)
      if (known !== undefined) return known
      const { scope, earlier } = requests.scopesOf(subject)
      if (scope === undefined) return undefined
      const status = (subject as { status?: unknown }).status
      if (typeof status === 'number') scope.status ??= status
      return { ...subjects().measure(scope, 'later'), earlier: earlier.map((hop) => subjects().measure(hop, 'later')) }
    }
  }
}
