import type { AsyncLocalStorage } from 'node:async_hooks'
import type { BackendName } from '../model/profile.ts'
import type { Promises } from '../probes/async/promises/promises.ts'
import type { Resources } from '../probes/async/resources/resources.ts'
import type { SyncCalls } from '../probes/patches/sync-calls.ts'
import type { Scope, Stretch } from './scope/scope.ts'
import type { Script } from './source/sources.ts'
import type { EvidenceSource } from './stalls/evidence.ts'

export interface SessionOptions {
  backend: BackendName | 'auto'
  captureStacks: boolean
  maxStackDepth: number
  /** Whether the module of a frame is still being evaluated. */
  isLoading(url: string): boolean
  /** A script of the user's, as a parser reads it. */
  script(url: string): Script | undefined
}

/** A running profiler of this thread. All its times are on the scale of `now()`. */
export interface Session {
  readonly storage: AsyncLocalStorage<Scope>
  readonly evidence: EvidenceSource
  readonly syncCalls: SyncCalls
  readonly promises: Promises<Scope>
  readonly resources: Resources<Scope>
  /** Runs `fn` as the scope's code, or as nobody's; slices are cut at both ends. */
  run<T>(scope: Scope | undefined, fn: () => T): T
  /**
   * Runs `fn` as the scope's code from a continuation of its own, so that no frame of ours stands below those of its errors.
   * @param fn what is called, without arguments: bound, if it takes some
   * @param layered whether it is a test's function with all that the runner puts around it, which is the same for all tests
   */
  begin(scope: Scope, fn: () => unknown, layered: boolean): Promise<unknown>
  /** The same for the rest of a callback that is Node's own. */
  enter(scope: Scope): void
  /** The running slice does something for this scope: it is taken for its work, if it is nobody's or the file's. */
  claim(scope: Scope): void
  /** Ends the running slice and turn: what came before and what comes after are different people's work. */
  cutTurn(): void
  /** What the running slice would be if it ended now, where it is long enough to tell. */
  openStretches(): Stretch[]
  /** Lag of a scope in the turn that has not ended, without its running slice. */
  pendingMs(scope: Scope): number
  /** Resolves at once, or after the callbacks that a stall has just held up have run: they are its victims. */
  victimsKnown(): Promise<void>
  /** A scope is open from here until the turn in which it is closed ends: it gets the lag of the whole loop, too. */
  open(scope: Scope): void
  close(scope: Scope): void
  /** Closes all requests inside a scope: those that were neither answered nor aborted. */
  closeInside(scope: Scope): void
  /** The tests that are running. */
  openTests(): Scope[]
  /** Tests whose work kept the loop after their end, since the last call. */
  takeLate(): Scope[]
  /** What modules start from here on, until `start`, is this scope's. */
  load(scope: Scope): void
  /** The time since `since` was ours: nobody's work. */
  exclude(since: number): void
  /** What the profiler took of this thread so far, as far as it is timed: all but the hooks' calls. */
  oursMs(): number
  /** Callbacks and continuations seen so far. */
  hookCalls(): number
  /** Runs `fn` without hooks, unless scopes would miss something: for the measurement of their cost. */
  withoutHooks(fn: () => Promise<void>): Promise<boolean>
  /** Starts the probes for a file, whose global object is given. Between test files they are off: loading a file is not a test's work. */
  start(global: typeof globalThis): void
  stop(): void
}
