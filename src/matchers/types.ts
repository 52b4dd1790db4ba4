import type { TestOptions } from '../config/test-options.ts'
import type { BlockKind } from '../model/finding.ts'

export interface NoBlockingCallsOptions {
  /**
   * Milliseconds.
   * @default the running test's `blockingThreshold`
   */
  threshold?: number
  /**
   * Only calls of these kinds count.
   * @default all kinds but `gc`: a pause of the collector may clean up after others
   */
  kinds?: readonly BlockKind[]
}

export interface NoSyncCallsOptions {
  /** Names that may be called: `readFileSync`, `fs.readFileSync`, or globs such as `fs.*` and `stat*`. */
  allow?: readonly string[]
}

/** Milliseconds; what is left out is not looked at. */
export interface LagLimits {
  max?: number
  mean?: number
  p95?: number
  p99?: number
  /** `own`: lag that the subject's own work caused. `loop`: all lag while it ran. @default 'own' */
  scope?: 'own' | 'loop'
}

/* oxlint-disable typescript/no-explicit-any */
/**
 * The subject is a supertest response, a `fetch` Response, a Fastify `inject` response, an `AsyncProfile`, or a
 * function, which is then run once and measured. A function's assertion gives a promise to await; the others are
 * done when they return. (Both in one type: `any` spares `await` and its absence a linter's complaint.)
 */
export interface AsyncMatchers {
  /** The subject's own work has no blocking call. */
  toHaveNoBlockingCalls(options?: NoBlockingCallsOptions): any
  /** The lag that the subject's own work caused stayed within `max` milliseconds, or within each of the limits. */
  toCompleteWithinLag(max: number | LagLimits): any
  /** The subject's own work made no sync call that does I/O or heavy work, whatever the rule `sync-call` is set to. */
  toHaveNoSyncCalls(options?: NoSyncCallsOptions): any
  /** Nothing that the subject started is left over: no timer, server, socket or the like, and no promise that nobody waits for. */
  toHaveNoLeakedTasks(): any
  /** No more than `max` of the subject's tasks ran at once. */
  toStayWithinConcurrency(max: number): any
}
/* oxlint-enable typescript/no-explicit-any */

declare global {
  namespace Chai {
    interface Assertion extends AsyncMatchers {}
  }
}

declare module 'vitest' {
  interface AsymmetricMatchersContaining extends AsyncMatchers {}
  interface ExpectStatic extends AsyncMatchers {}
  interface TaskMeta {
    asyncProfiler?: TestOptions
  }
}

// Vitest 4.1 has its tasks' types in a package of their own, which is not there with Vitest 5.
// @ts-ignore (the build drops this comment and puts it back: see tsdown.config.ts)
declare module '@vitest/runner' {
  interface TaskMeta {
    asyncProfiler?: TestOptions
  }
}
