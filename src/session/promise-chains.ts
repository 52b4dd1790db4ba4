import type { PromiseRecord } from '../probes/promises.ts'
import type { StackFrame } from '../records/code.ts'
import { hasTwoArguments, isKept, isReturned } from './call-text.ts'
import { functionEnd } from './function-end.ts'
import { isOursUrl, isOwnUrl, isRunnerUrl } from './own.ts'
import type { Scope } from './scope.ts'
import type { Source } from './sources.ts'

export type Made = PromiseRecord<Scope>

/** Reads from stacks and sources who was given a promise, and who waits for whom. */
export interface PromiseChains {
  /** The frame whose call's promise was dropped or kept; nothing where it was given to code that is not the user's. */
  receiver(made: Made): StackFrame | undefined
  /** Whether what a call gives is kept or passed on, for all that its line tells. */
  isKept(call: StackFrame): boolean
  /** Whether the test runner was given it: it is a test's own, or a hook's. */
  isRunners(made: Made): boolean
  /** The await at which the function of this promise waits now. */
  awaitOf(made: Made): Made | undefined
  /** Whether it was made for what is no promise, by an `await`. */
  isValue(made: Made): boolean
  /** Whether nobody asked for its outcome, nor said what to do about an error. */
  isDropped(made: Made): boolean
  /** Whether it only looks on: at errors, or to tidy up. */
  isObserver(made: Made): boolean
  /** Whether somebody raced it, or what waits for it, and may have lost interest. */
  isAbandoned(made: Made): boolean
}

/** V8's own functions that made the promise: `then` and `catch`, `race` and `then`, `Promise`. */
export function makersOf(frames: readonly StackFrame[]): string[] {
  const first = frames.findIndex(({ url }) => url !== '')
  return frames.slice(0, first === -1 ? frames.length : first).map(({ functionName }) => functionName)
}

/** An `await` makes one that only its function knows. */
export const isAwait = ({ source, frames }: Made): boolean => source !== undefined && frames.length > 0 && frames[0]!.url !== ''

/** They wait for others, or are settled by hand: no work by themselves. */
const COMBINE = new Set(['race', 'any'])
const BY_HAND = new Set(['withResolvers', 'resolve', 'reject'])
export function isWork({ frames }: Made): boolean {
  const makers = makersOf(frames)
  const { url = '' } = frames[makers.length] ?? {}
  return !makers.some((name) => COMBINE.has(name) || (BY_HAND.has(name) && isOwnUrl(url)))
}

/** The function that an async call's promise is of; none for one that was made by hand. */
const functionOf = ({ source, frames }: Made): StackFrame | undefined => (source === undefined && frames[0]?.url !== '' ? frames[0] : undefined)

/** Lines. */
const LONGEST_CALL = 60

export function createPromiseChains(get: (url: string) => Source | undefined): PromiseChains {
  const before = ({ url, line, column }: StackFrame): string => (get(url)?.lines[line - 1] ?? '').slice(0, column - 1)
  const returns = (call: StackFrame): boolean => isReturned(before(call))
  const textFrom = ({ url, line, column }: StackFrame): string => (get(url)?.lines ?? []).slice(line - 1, line + LONGEST_CALL).join('\n').slice(column - 1)

  function isInside(frame: StackFrame, fn: StackFrame): boolean {
    if (frame.url !== fn.url || frame.functionName !== fn.functionName || frame.line < fn.line) return false
    const source = get(fn.url)
    return source === undefined || frame.line <= functionEnd(source.lines, fn)
  }
  /**
   * An `await` of what is no promise makes one for the value first, as if its function's own promise were asked. What asks
   * in earnest settles later than what it asks.
   */
  function isOwnValue(taker: Made, made: Made): boolean {
    if (taker.settledMs !== undefined && taker.settledMs < (made.settledMs ?? Infinity)) return true
    const fn = functionOf(made)
    const [frame] = taker.frames
    return fn !== undefined && frame !== undefined && isInside(frame, fn)
  }
  const isValue = (made: Made): boolean => made.source !== undefined && isAwait(made) && isOwnValue(made, made.source)
  /** What only tidies up afterwards waits for nothing. */
  const looksOn = ({ frames }: Made): boolean => makersOf(frames).includes('finally')
  const hasTakers = (made: Made, but?: Made): boolean => made.moreTakers > 0 || made.takers.some((taker) => taker !== but && !looksOn(taker) && !isOwnValue(taker, made))
  /** Somebody has said what to do about an error: by `catch`, or by a second argument of `then`. */
  function isHandled({ frames }: Made): boolean {
    const makers = makersOf(frames)
    const call = makers[0] === 'then' ? frames[makers.length] : undefined
    return (makers.includes('catch') && !isFetch(frames)) || (call !== undefined && isOwnUrl(call.url) && hasTwoArguments(textFrom(call)))
  }
  function isDropped(made: Made): boolean {
    if (made.frames.length === 0 || isAwait(made) || isHandled(made) || looksOn(made) || hasTakers(made)) return false
    // So does a callback beside somebody who waits.
    return made.source === undefined || !hasTakers(made.source, made)
  }

  /** The promise of the async function that an await stands in: of nested ones the innermost, of several runs the last before it. */
  function callOf(at: Made): Made | undefined {
    const [frame] = at.frames
    const runs = [...at.owner.promises.pending].filter((made) => {
      const fn = functionOf(made)
      return fn !== undefined && frame !== undefined && made.createdMs <= at.createdMs && isInside(frame, fn)
    })
    const start = (made: Made): number => made.frames[0]!.line + made.frames[0]!.column / 1e4
    return runs.reduce<Made | undefined>((best, made) => (best === undefined || start(made) >= start(best) ? made : best), undefined)
  }
  const awaitOf = (made: Made): Made | undefined =>
    [...made.owner.promises.pending].findLast((other) => isAwait(other) && !isValue(other) && callOf(other) === made)

  function isAbandoned(made: Made, seen = new Set<Made>()): boolean {
    if (seen.has(made)) return false
    seen.add(made)
    return made.moreTakers > 0 || made.takers.some((taker) => {
      if (taker.follows === made) return isAbandoned(taker, seen)
      const makers = makersOf(taker.frames)
      if (makers.includes('race') || makers.includes('any')) return true
      if (!isAwait(taker)) return isAbandoned(taker, seen)
      const waiting = callOf(taker)
      return waiting !== undefined && isAbandoned(waiting, seen)
    })
  }
  return {
    receiver(made) {
      const frame = made.frames[givenTo(made.frames, returns)]
      return frame !== undefined && isOwnUrl(frame.url) ? frame : undefined
    },
    isKept: (call) => isKept(before(call)),
    isRunners: ({ frames }) => isRunnerUrl(frames[givenTo(frames, returns)]?.url ?? ''),
    awaitOf,
    isValue,
    isDropped,
    isObserver: (made) => isHandled(made) || looksOn(made),
    isAbandoned: (made) => isAbandoned(made)
  }
}

/**
 * Who ends up with a promise. An async function gives its promise to its caller; one that is made by hand is its maker's,
 * until that returns it. -1 where a caller waits for it, or Node called back and drops it.
 */
function givenTo(frames: readonly StackFrame[], returns: (frame: StackFrame) => boolean): number {
  const first = frames.findIndex(({ url }) => url !== '')
  const byHand = first > 0
  for (let i = byHand ? first : callerOf(frames, first); i !== -1; i = callerOf(frames, i)) {
    const frame = frames[i]!
    if (frame.awaits) return -1
    if (isRunnerUrl(frame.url)) return i
    // Our wrapper of `fetch` gives on what it gets, with what it calls.
    if (isOursUrl(frame.url) || isInFetch(frames, i)) continue
    if (frame.url.startsWith('node:')) {
      // Node's own functions give what they made themselves to their caller.
      if (i !== first || frame.constructs) return -1
    } else if (!returns(frame)) return i
  }
  return -1
}

/** V8's own functions, such as `forEach`, pass nothing on and are no place. */
const callerOf = (frames: readonly StackFrame[], index: number): number => (index === -1 ? -1 : frames.findIndex(({ url }, i) => i > index && url !== ''))

/** Whether it is what Node's `fetch` gives: a `catch` that makes another error of its own, and no other promise that it makes. */
function isFetch(frames: readonly StackFrame[]): boolean {
  const makers = makersOf(frames)
  return makers.includes('catch') && isNodes(frames[makers.length], 'fetch')
}

function isInFetch(frames: readonly StackFrame[], index: number): boolean {
  const ours = frames.findIndex(({ url }) => isOursUrl(url))
  const inside = frames.slice(makersOf(frames).length, Math.max(0, ours)).filter(({ url }) => url !== '')
  return index < ours && isFetch(frames) && inside.every((frame) => isNodes(frame, 'fetch') || isNodes(frame, 'run'))
}

const isNodes = (frame: StackFrame | undefined, name: string): boolean => frame?.url.startsWith('node:') === true && frame.functionName === name
