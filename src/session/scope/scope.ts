import type { Evidence, RawFrame } from '../../model/code.ts'
import type { ScopeRef, TestRef } from '../../model/place.ts'
import type { TurnCounts } from '../../probes/async/hooks.ts'
import type { PromiseLog } from '../../probes/async/promises/promise-records.ts'
import type { ResourceLog } from '../../probes/async/resources/resource-records.ts'
import type { StackBudget } from '../../probes/async/stack-budget.ts'
import { createTaskLog, type TaskLog, type TaskLooks } from '../../probes/async/tasks.ts'
import { LagMeter } from './lag-meter.ts'
import { type FileBudgets, runnerBudget, type StackBudgets, testBudgets } from './scope-stack-budgets.ts'
import { SyncCallList } from './sync-call-list.ts'

/** Limits that a test may set for itself. */
export interface Thresholds {
  blockingThreshold: number
  lagThreshold: number
}

/** Somebody whose callbacks had to wait. */
export interface Delayed {
  scope: Scope
  delayMs: number
}

/** A time in which a scope kept the loop, on the scale of `now()`. */
export interface Kept {
  scope: Scope
  startMs: number
  durationMs: number
  victims: Delayed[]
}

/** One uninterrupted stretch of a scope's own code. */
export interface Stretch extends Kept {
  cpuMs: number
  stolenMs: number
  /** Time off the CPU with nothing of the scope's own to wait for: a stopped process, a debugger's pause. */
  suspendedMs: number
  /** Time in long pauses of the garbage collector. */
  collectedMs: number
  evidence: Evidence | undefined
  /** Nothing but the time tells whose it is: the only test that ran. */
  guessed?: boolean
}

/** A turn of the loop that one scope's work made too long, though none of its stretches was. */
export interface StarvedTurn extends Kept, TurnCounts {
  stolenMs: number
  evidence: Evidence | undefined
  /** Where the scope last started async work before the turn's end. */
  queued: RawFrame[] | undefined
}

/**
 * `file` is the work of `beforeAll` and `afterAll`; it gets findings but no profile. `runner` is what the test runner does around a
 * test's own functions, inside the test's scope: it is the test's work, but few of its promises are.
 */
export type ScopeKind = ScopeRef['kind'] | 'file' | 'runner'

export interface ScopeInit {
  kind: ScopeKind
  name: string
  parent?: Scope | undefined
  thresholds: Thresholds
  startMs: number
  /** Whether lag is wanted. */
  lag: boolean
  /** Nothing but the time tells that it is its parent's: the only test that ran. */
  guessed?: boolean
  /** What the stacks of its file may still cost. */
  fileBudgets?: FileBudgets | undefined
}

const MAX_STRETCHES = 200
const MAX_REQUESTS = 300
const MAX_STARVED = 50

/**
 * Whose code runs: a test, a request, a function, a file. Scopes are the values of the session's `AsyncLocalStorage`,
 * and everything a scope does is also its ancestors' doing.
 */
export class Scope {
  readonly kind: ScopeKind
  readonly name: string
  readonly parent: Scope | undefined
  readonly thresholds: Thresholds
  readonly startMs: number
  readonly guessed: boolean
  endMs: number | undefined
  /** A request that is over, with the turn that it ended in: what its code does later is its test's, too, and changes nothing here. */
  closed = false
  /** Its answer has a body that is made while somebody reads it: it goes on when it has ended. */
  answersLater = false
  test: TestRef | undefined
  file: string | undefined
  method: string | undefined
  url: string | undefined
  status: number | undefined
  /** Where its answer sends the client: path and query. */
  location: string | undefined
  readonly taskLog: TaskLog<Scope>
  readonly syncCalls: SyncCallList<Scope>
  countedCalls: Map<string, number> | undefined
  readonly promises: PromiseLog<Scope>
  readonly resources: ResourceLog<Scope>
  /** What the stacks of its test may still cost. */
  readonly budgets: StackBudgets
  private readonly passedOverBefore: number
  /** What may still be looked at of its own tasks, where somebody asks for them. */
  taskLooks: TaskLooks | undefined
  /** Those of it and the scopes inside that nobody could look at. */
  unseenTasks = 0
  readonly stretches: Stretch[] = []
  droppedStretches = 0
  readonly lag: LagMeter | undefined
  /** Lag of the whole loop while this scope was open, whoever caused it. */
  readonly loopLag: LagMeter | undefined
  /** Requests that this process served for this scope. */
  readonly requests: Scope[] = []
  droppedRequests = 0
  /** Of our own, while this scope's code was on the stack or on its behalf. */
  overheadMs = 0
  /** The turn that is running: own time, and own time with that of the scopes inside. */
  readonly turn = {
    ms: 0,
    stolenMs: 0,
    longestMs: 0,
    microtasks: 0,
    ticks: 0,
    callbacks: 0,
    touched: false,
    oursMs: 0,
    totalMs: 0,
    totalStolenMs: 0,
    totalOursMs: 0,
    summed: false
  }
  /** Of a test or file: turns that would be starved if the profiler took less of them than it may have. */
  doubtfulTurns = 0
  /** Its own and those of the scopes inside. */
  readonly starved: StarvedTurn[] = []

  constructor({ kind, name, parent, thresholds, startMs, lag, guessed = false, fileBudgets }: ScopeInit) {
    this.kind = kind
    this.name = name
    this.parent = parent
    this.thresholds = thresholds
    this.startMs = startMs
    this.guessed = guessed
    this.test = parent?.test
    this.file = parent?.file
    // A test has logs of its own; what runs inside it shares the test's, so that its cost is bounded per test.
    const shared = kind === 'test' ? undefined : parent
    this.taskLog = shared?.taskLog ?? createTaskLog()
    this.syncCalls = shared?.syncCalls ?? new SyncCallList()
    const { promises, resources, budgets } = shared ?? createLogs(fileBudgets)
    this.budgets = budgets
    this.promises =
      kind === 'runner' ? { ...promises, budget: runnerBudget(promises.budget), others: runnerBudget(promises.others) } : promises
    this.resources = resources
    this.passedOverBefore = shared === undefined ? 0 : this.allPassedOver()
    this.lag = lag && kind !== 'runner' ? new LagMeter(thresholds.lagThreshold) : undefined
    this.loopLag = lag && kind !== 'file' && kind !== 'runner' ? new LagMeter(thresholds.lagThreshold) : undefined
  }

  /** Keeps a stretch for this scope and its ancestors; when full, the shortest one goes. */
  keep(stretch: Stretch): void {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      if (!scope.closed) scope.push(stretch)
    }
  }

  /** Keeps a starved turn for this scope and its ancestors: the first ones tell. */
  keepStarved(turn: StarvedTurn): void {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      if (!scope.closed && scope.starved.length < MAX_STARVED) scope.starved.push(turn)
    }
  }

  private push(stretch: Stretch): void {
    if (this.stretches.length < MAX_STRETCHES) {
      this.stretches.push(stretch)
      return
    }
    this.droppedStretches++
    let shortest = 0
    for (let i = 1; i < this.stretches.length; i++) {
      if (this.stretches[i]!.durationMs < this.stretches[shortest]!.durationMs) shortest = i
    }
    if (this.stretches[shortest]!.durationMs < stretch.durationMs) this.stretches[shortest] = stretch
  }

  /** From here on what it may leave behind is looked at as far as possible: somebody asserts on it. */
  askForLeftovers(): void {
    for (const budget of Object.values(this.budgets) as StackBudget[]) budget.asked = true
  }

  /** Promises and resources that nobody has looked at since it began, those of its test included. */
  get passedOver(): number {
    return this.allPassedOver() - this.passedOverBefore
  }

  /** What only leads to resources is not missed where those are looked at. */
  private allPassedOver(): number {
    const { promises, libraries, timers, connections, resources } = this.budgets
    return promises.passedOver + libraries.passedOver + timers.passedOver + connections.passedOver + resources.passedOver
  }

  /** Notes a request scope for this scope and its ancestors. */
  serve(request: Scope): void {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      if (scope.requests.length < MAX_REQUESTS) scope.requests.push(request)
      else scope.droppedRequests++
    }
  }

  /** The test or file that it is part of. */
  get whole(): Scope {
    let scope: Scope = this
    while (scope.kind !== 'test' && scope.parent !== undefined) scope = scope.parent
    return scope
  }

  /** Whether `other` is this scope or inside it. */
  includes(other: Scope | undefined): boolean {
    for (let scope = other; scope !== undefined; scope = scope.parent) if (scope === this) return true
    return false
  }
}

function createLogs(file: FileBudgets | undefined): Pick<Scope, 'promises' | 'resources' | 'budgets'> {
  const budgets = testBudgets(file)
  return {
    budgets,
    promises: { pending: new Set(), budget: budgets.promises, others: budgets.libraries },
    resources: { records: [], budgets }
  }
}
