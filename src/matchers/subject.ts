import { inspect } from 'node:util'
import { AsyncProfilerError } from '../errors.ts'
import type { MeasuredSubject } from '../model/measured.ts'
import type { AsyncProfile } from '../model/profile.ts'
import { type Running, running } from '../protocol/running-profiler.ts'
import { type AskedBy, mustBeAwaited } from './awaited.ts'

/** What is used of the `this` that `expect` gives its matchers. */
export interface Context extends AskedBy {
  isNot?: boolean
  utils: { matcherHint(name: string, received?: string, expected?: string, options?: { isNot?: boolean }): string }
}

export interface Outcome {
  pass: boolean
  expected: string
  expectedNot: string
  received: string
}

export interface MatcherResult {
  pass: boolean
  message(): string
}

/**
 * Finds or makes the measurement of a matcher's subject, judges it, and puts the verdict into words. Synchronous
 * wherever the subject is measured already: an assertion that nobody awaits would always pass.
 * @param wrongArgument what the argument must be, where it is not
 * @throws `ERR_SUBJECT`, under `.not` too
 */
export function withSubject(
  context: Context,
  matcher: string,
  subject: unknown,
  judge: (measured: MeasuredSubject) => Outcome,
  wrongArgument?: string
): MatcherResult | PromiseLike<MatcherResult> {
  if (wrongArgument !== undefined) throw new AsyncProfilerError('ERR_SUBJECT', `${matcher}() takes ${wrongArgument}`)
  const profiler = running()
  if (profiler === undefined) throw noProfiler(matcher)
  if (!profiler.measures())
    throw notMeasured(
      `${matcher}() was called while nothing is measured: before the tests of its file, or after them`,
      'call it in a test or a hook'
    )
  if (typeof subject === 'function') {
    const verdict = runAndMeasure(profiler, subject as () => unknown).then((measured) => toResult(context, matcher, judge(measured)))
    return mustBeAwaited(context, matcher, verdict)
  }
  const { earlier = [], ...measured } = find(profiler, matcher, subject)
  const outcomes = [measured, ...earlier].map(judge)
  return toResult(context, matcher, outcomes.find(({ pass }) => !pass) ?? outcomes[0]!)
}

function toResult({ isNot = false, utils }: Context, matcher: string, outcome: Outcome): MatcherResult {
  const { pass, expected, expectedNot, received } = outcome
  const message = (): string =>
    [utils.matcherHint(matcher, 'received', '', { isNot }), '', isNot ? expectedNot : expected, received].join('\n')
  return { pass, message }
}

async function runAndMeasure(profiler: Running, fn: () => unknown): Promise<MeasuredSubject> {
  const { profile } = await profiler.profile(fn)
  return profiler.measured(profile)!
}

function find(profiler: Running, matcher: string, subject: unknown): MeasuredSubject {
  const measured = typeof subject === 'object' && subject !== null ? profiler.measured(subject) : undefined
  if (measured?.complete === false)
    throw notMeasured(
      `${matcher}() received what ran while nothing is measured: before the tests of its file`,
      'measure it in a test or a hook'
    )
  if (measured !== undefined) return measured
  if (isProfile(subject)) return fromPlain(subject, profiler)
  throw notProfiled(matcher, subject)
}

/** A profile that was copied or read from a file: only what it says of itself is known. */
function fromPlain(profile: AsyncProfile, profiler: Running): MeasuredSubject {
  const { blockingCalls, eventLoopLag, tasks, droppedTasks } = profile
  const blockingThreshold = profiler.blockingThreshold()
  const unknown = (matcher: string, what: string) => (): never => {
    throw new AsyncProfilerError(
      'ERR_SUBJECT',
      `${matcher}() received a copy of a profile, which does not hold ${what}: pass the profile itself`
    )
  }
  return {
    profile,
    syncCalls: unknown('toHaveNoSyncCalls', 'sync calls'),
    leftovers: unknown('toHaveNoLeakedTasks', 'what it left'),
    complete: true,
    blockingKnown: profiler.detectsBlocking,
    leastStretchMs: profile.blockingThreshold ?? blockingThreshold,
    unseenModules: [],
    stretchesOver: (ms) => blockingCalls.filter(({ durationMs }) => durationMs > ms),
    blockingThreshold,
    // Who has run has kept the loop.
    lagKnown: eventLoopLag.maxMs > 0,
    tasksKnown: tasks.length > 0 || droppedTasks === 0,
    unseenTasks: 0,
    passedOver: 0,
    loopLag: undefined
  }
}

function isProfile(subject: unknown): subject is AsyncProfile {
  const { scope, blockingCalls, eventLoopLag, timeline } = (subject ?? {}) as Partial<AsyncProfile>
  return scope !== undefined && Array.isArray(blockingCalls) && eventLoopLag !== undefined && timeline !== undefined
}

const noProfiler = (matcher: string): AsyncProfilerError =>
  new AsyncProfilerError(
    'ERR_NOT_RUNNING',
    `${matcher}() needs the profiler: add asyncProfiler() to the plugins of this project's Vitest config, ` +
      "or 'vitest-async-profiler/setup' to its setupFiles"
  )

function notProfiled(matcher: string, subject: unknown): AsyncProfilerError {
  const what =
    typeof subject === 'object' && subject !== null ? `an object of ${subject.constructor?.name ?? 'no class'}` : inspect(subject)
  const why = isPromise(subject)
    ? 'await it first'
    : isResponse(subject)
      ? 'this response was not served by a server in this process; measure the call itself with expect(() => …) or profile()'
      : 'pass a supertest response, a fetch Response, a Fastify inject response, a profile, or a function'
  return new AsyncProfilerError('ERR_SUBJECT', `${matcher}() received ${what}, which was never profiled: ${why}`)
}

/** What passes though nobody has measured it is worse than no matcher. */
export const notMeasured = (what: string, remedy: string): AsyncProfilerError => new AsyncProfilerError('ERR_SUBJECT', `${what}: ${remedy}`)

const isPromise = (subject: unknown): boolean => typeof (subject as { then?: unknown } | null)?.then === 'function'

function isResponse(subject: unknown): boolean {
  const { status, statusCode, headers } = (subject ?? {}) as { status?: unknown; statusCode?: unknown; headers?: unknown }
  return (status ?? statusCode) !== undefined && headers !== undefined
}
