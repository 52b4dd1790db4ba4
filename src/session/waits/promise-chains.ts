import type { StackFrame } from '../../model/code.ts'
import type { PromiseRecord } from '../../probes/async/promises/promise-records.ts'
import type { Scope } from '../scope/scope.ts'
import type { Script } from '../source/sources.ts'
import { type CallInText, callAt, hasTwoArguments, useOf } from '../source/syntax/call-value.ts'
import { isOwnUrl, isRunnerUrl } from '../source/user-code.ts'
import { callerOf, givenTo, isEmit, isFetch, makersOf } from './given-to.ts'

export type Made = PromiseRecord<Scope>

/** Reads from stacks and sources who was given a promise, and who waits for whom. */
export interface PromiseChains {
  /** The frame whose call's promise was dropped or kept; nothing where it was given to code that is not the user's. */
  receiver(made: Made): StackFrame | undefined
  /** Whether what a call gives is kept or passed on, for all that its text tells. */
  isKept(call: StackFrame): boolean
  /** Whether the test runner was given it: it is a test's own, or a hook's. */
  isRunners(made: Made): boolean
  /** The await at which the function of this promise waits now. */
  awaitOf(made: Made): Made | undefined
  /** The run of an async function that an await stands in. */
  callOf(at: Made): Made | undefined
  /** The frame of a promise's stack that stands in the function of another one. */
  callIn(made: Made, by: Made): StackFrame | undefined
  /** Whether it was made for what is no promise, by an `await`. */
  isValue(made: Made): boolean
  /** Whether nobody asked for its outcome, nor said what to do about an error. */
  isDropped(made: Made): boolean
  /** Whether it only looks on: at errors, or to tidy up. */
  isObserver(made: Made): boolean
  /** Whether it, or what it waits for, was made so that it can never settle: `new Promise(() => {})` is meant to hang. */
  isStub(made: Made): boolean
  /** Whether an emitter called the async function that it is of. */
  isListeners(made: Made): boolean
  /** Whether somebody raced it, or what waits for it, and may have lost interest. */
  isAbandoned(made: Made): boolean
}

/** An `await` makes one that only its function knows. */
export const isAwait = ({ derived, frames }: Made): boolean => derived && frames.length > 0 && frames[0]!.url !== ''

/** They wait for others, or are settled by hand: no work by themselves. */
const COMBINE = new Set(['race', 'any'])
const BY_HAND = new Set(['withResolvers', 'resolve', 'reject'])
export function isWork({ derived, source, frames }: Made): boolean {
  // Who looks on at a promise that is not known.
  if (derived && source === undefined) return false
  const makers = makersOf(frames)
  const { url = '' } = frames[makers.length] ?? {}
  return !makers.some((name) => COMBINE.has(name) || (BY_HAND.has(name) && isOwnUrl(url)))
}

/** The function that an async call's promise is of; none for one that was made by hand. */
const functionOf = ({ derived, frames }: Made): StackFrame | undefined => (!derived && frames[0]?.url !== '' ? frames[0] : undefined)

/** @param makesStub whether a frame makes a promise that nothing can settle */
export function createPromiseChains(script: (url: string) => Script | undefined, makesStub: (frame: StackFrame) => boolean): PromiseChains {
  function inText({ url, line, column }: StackFrame): CallInText | undefined {
    const syntax = script(url)?.syntax
    return syntax && callAt(syntax, line, column)
  }
  function returns(frame: StackFrame): boolean {
    const call = inText(frame)
    return call !== undefined && useOf(call).returned
  }
  /** Of a call that nobody can read, nothing is said. */
  function keeps(frame: StackFrame): boolean {
    const call = inText(frame)
    return call === undefined || useOf(call).kept
  }
  function takesError(frame: StackFrame): boolean {
    const call = inText(frame)
    return call === undefined || hasTwoArguments(call)
  }

  function isInside(frame: StackFrame, fn: StackFrame): boolean {
    if (frame.url !== fn.url || frame.functionName !== fn.functionName || frame.line < fn.line) return false
    const syntax = script(fn.url)?.syntax
    const node = syntax?.functionAt(fn.line, fn.column)
    return syntax === undefined || node === undefined || syntax.offset(frame.line, frame.column) < node.end
  }
  /**
   * An `await` of what is no promise makes one for the value first, as if its function's own promise were asked. What asks
   * in earnest settles later than what it asks.
   */
  function isOwnValue(dependent: Made, made: Made): boolean {
    if (dependent.settledMs !== undefined && dependent.settledMs < (made.settledMs ?? Infinity)) return true
    const fn = functionOf(made)
    const [frame] = dependent.frames
    return fn !== undefined && frame !== undefined && isInside(frame, fn)
  }
  const isValue = (made: Made): boolean => made.source !== undefined && isAwait(made) && isOwnValue(made, made.source)
  /** What only tidies up afterwards waits for nothing. */
  const looksOn = ({ frames }: Made): boolean => makersOf(frames).includes('finally')
  const hasDependents = (made: Made, but?: Made): boolean =>
    made.moreDependents > 0 || made.dependents.some((dependent) => dependent !== but && !looksOn(dependent) && !isOwnValue(dependent, made))
  /** Somebody has said what to do about an error: by `catch`, or by a second argument of `then`. */
  function isHandled({ frames }: Made): boolean {
    const makers = makersOf(frames)
    const call = makers[0] === 'then' ? frames[makers.length] : undefined
    return (makers.includes('catch') && !isFetch(frames)) || (call !== undefined && isOwnUrl(call.url) && takesError(call))
  }
  function isDropped(made: Made): boolean {
    if (made.frames.length === 0 || isAwait(made) || isHandled(made) || looksOn(made) || hasDependents(made)) return false
    if (!made.derived) return true
    // So does a callback beside somebody who waits.
    return made.source !== undefined && !hasDependents(made.source, made)
  }

  /** Which run of which function each pending await stands in, and the other way round. */
  interface Runs {
    /** Of how many promises it was made, and until when. */
    size: number
    lastMs: number
    callOf: Map<Made, Made>
    awaitOf: Map<Made, Made>
  }
  const runs = new WeakMap<object, Runs>()
  function runsOf({ pending }: Scope['promises']): Runs {
    const all = [...pending]
    const lastMs = all.at(-1)?.createdMs ?? 0
    const known = runs.get(pending)
    if (known?.size === all.length && known.lastMs === lastMs) return known
    const made: Runs = { size: all.length, lastMs, callOf: new Map(), awaitOf: new Map() }
    const keyOf = ({ url, functionName }: StackFrame): string => `${functionName}\n${url}`
    const byFunction = Map.groupBy(
      all.filter((each) => functionOf(each) !== undefined),
      (each) => keyOf(each.frames[0]!)
    )
    const start = ({ frames: [frame] }: Made): number => frame!.line + frame!.column / 1e4
    for (const at of all) {
      if (!isAwait(at) || isValue(at)) continue
      const [frame] = at.frames as [StackFrame]
      // Of nested functions the innermost; of several runs the last before the first await.
      const since = (at.first ?? at).createdMs
      const candidates = (byFunction.get(keyOf(frame)) ?? []).filter((each) => each.createdMs <= since && isInside(frame, each.frames[0]!))
      const call = candidates.reduce<Made | undefined>(
        (best, each) => (best === undefined || start(each) >= start(best) ? each : best),
        undefined
      )
      if (call === undefined) continue
      made.callOf.set(at, call)
      made.awaitOf.set(call, at)
    }
    runs.set(pending, made)
    return made
  }
  const callOf = (at: Made): Made | undefined => runsOf(at.owner.promises).callOf.get(at)
  const awaitOf = (made: Made): Made | undefined => runsOf(made.owner.promises).awaitOf.get(made)

  function isStub(made: Made, seen = new Set<Made>()): boolean {
    if (seen.has(made)) return false
    seen.add(made)
    const makers = makersOf(made.frames)
    const maker = made.frames[makers.length]
    if (makers.includes('Promise') && maker !== undefined) return makesStub(maker)
    const cause = made.follows ?? awaitOf(made)?.source ?? made.source
    return cause !== undefined && isStub(cause, seen)
  }
  function isAbandoned(made: Made, seen = new Set<Made>()): boolean {
    if (seen.has(made)) return false
    seen.add(made)
    return (
      made.moreDependents > 0 ||
      made.dependents.some((dependent) => {
        if (dependent.follows === made) return isAbandoned(dependent, seen)
        const makers = makersOf(dependent.frames)
        if (makers.includes('race') || makers.includes('any')) return true
        if (!isAwait(dependent)) return isAbandoned(dependent, seen)
        const waiting = callOf(dependent)
        return waiting !== undefined && isAbandoned(waiting, seen)
      })
    )
  }
  return {
    receiver(made) {
      const frame = made.frames[givenTo(made.frames, returns)]
      return frame !== undefined && isOwnUrl(frame.url) ? frame : undefined
    },
    isKept: keeps,
    isRunners: ({ frames }) => isRunnerUrl(frames[givenTo(frames, returns)]?.url ?? ''),
    awaitOf,
    callOf,
    callIn(made, by) {
      const fn = functionOf(by)
      return fn === undefined ? undefined : made.frames.find((frame) => frame !== made.frames[0] && isInside(frame, fn))
    },
    isValue,
    isDropped,
    isStub: (made) => isStub(made),
    isListeners: (made) => functionOf(made) !== undefined && isEmit(made.frames[callerOf(made.frames, 0)]),
    isObserver: (made) => isHandled(made) || looksOn(made),
    isAbandoned: (made) => isAbandoned(made)
  }
}
