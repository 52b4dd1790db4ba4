import type { Observed, RuleContext } from '../analysis/profile.ts'
import type { Finding } from '../model/finding.ts'
import type { MeasuredSubject } from '../model/measured.ts'
import type { Location } from '../model/place.ts'
import type { AsyncProfile } from '../model/profile.ts'
import type { StuckSnapshot } from '../model/stuck-worker.ts'
import type * as Later from './later.ts'
import type { LeftoverWatch } from './leftovers/leftovers.ts'
import type { Rejections } from './leftovers/rejections.ts'
import type { Measurer } from './profile/measure.ts'
import type { Scope, Thresholds } from './scope/scope.ts'
import type { Session } from './session.ts'

/** Everything that runs in one worker thread: probes, scopes, and what is made of them. */
export interface Profiler {
  session: Session
  measurer: Measurer
  leftovers: LeftoverWatch
  rejections: Rejections
  /** A path as findings show it. */
  display(path: string): string
  /** The user's files that the running test file's modules were loaded from. */
  files(): string[]
  /** A test's own rules, where they differ from the project's. */
  setRules(scope: Scope, rules: RuleContext['rules']): void
  /**
   * From here on modules are loaded for a test file, whose global object is given: what they start is the file's.
   * @param file whether nothing of what it starts is likely to be left over
   */
  load(global: typeof globalThis, file: { fewStacks: boolean }): void
  /** What a test that was given up waits for, in words and as a finding. @param what the runner's message */
  timedOut(scope: Scope, what: string, rules: RuleContext['rules']): { place: Location | undefined; text: string; findings: Finding[] }
  /** Starts the probes for one test file, whose global object is given; returns the stop. */
  start(global: typeof globalThis): () => void
  /** The scope of the file that was loaded, begun. */
  beginFile(file: string): Scope
  begin(init: { kind: Scope['kind']; name: string; parent?: Scope | undefined; thresholds?: Thresholds }): Scope
  /** What the test runner does around the functions of a test: the test's work, but few of its promises are. */
  around(test: Scope): Scope
  end(scope: Scope): void
  /** Puts a figure to the hooks' cost in an ended scope that called them often; takes some milliseconds, once. */
  settleCost(scope: Scope): Promise<void>
  /** What a file cost, its tests included: all that was ours since its probes started. */
  overheadOfFile(file: Scope): number
  /** What findings may be made of, as far as the options ask for it. */
  observe(scope: Scope, rules: RuleContext['rules']): Observed
  /** The same of what kept the loop after the test's end, by test. */
  observeLate(rules: (test: Scope) => RuleContext['rules']): { test: Scope; observed: Observed }[]
  profile<T>(fn: () => T | PromiseLike<T>): Promise<{ profile: AsyncProfile; result: T }>
  currentProfile(): AsyncProfile
  profileRequests<T>(app: T): T
  blockingThreshold(): number
  judgeBudget: typeof Later.judgeBudget
  lagBudgetFinding: typeof Later.lagBudgetFinding
  findAll: typeof Later.findAll
  findLeftovers: typeof Later.findLeftovers
  mergeFindings: typeof Later.mergeFindings
  failureOf: typeof Later.failureOf
  /** What runs right now, whoever's it is. */
  stuck(): StuckSnapshot
  /** Tells of what starts a process and waits for it, and when that has ended. */
  onProcess(tell: (call: StuckSnapshot | undefined) => void): void
  measured(subject: object): MeasuredSubject | undefined
  /** Whether the probes run: not while modules are loaded, nor after the file's end. */
  measures(): boolean
}
