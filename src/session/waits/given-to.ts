import type { StackFrame } from '../../model/code.ts'
import { isOursUrl } from '../../our-files.ts'
import { isOwnUrl, isRunnerUrl } from '../source/user-code.ts'

/** V8's own functions that made the promise: `then` and `catch`, `race` and `then`, `Promise`. */
export function makersOf(frames: readonly StackFrame[]): string[] {
  const first = frames.findIndex(({ url }) => url !== '')
  return frames.slice(0, first === -1 ? frames.length : first).map(({ functionName }) => functionName)
}

/**
 * Who ends up with a promise. An async function gives its promise to its caller; one that is made by hand is its maker's,
 * until that returns it. -1 where a caller waits for it, or Node called back and drops it.
 */
export function givenTo(frames: readonly StackFrame[], returns: (frame: StackFrame) => boolean): number {
  const first = frames.findIndex(({ url }) => url !== '')
  const byHand = first > 0
  const caller = byHand ? first : callerOf(frames, first)
  // An emitter gives a listener's promise to nobody: it is dropped where the user's code emits, else where the listener is.
  if (!byHand && isEmit(frames[caller])) {
    const emitter = emitterOf(frames, caller)
    if (isServers(frames[emitter])) return -1
    return isOwnUrl(frames[emitter]?.url ?? '') ? emitter : first
  }
  for (let i = caller; i !== -1; i = callerOf(frames, i)) {
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

export const isEmit = (frame: StackFrame | undefined): boolean => frame?.url === 'node:events' && frame.functionName === 'emit'

/** Who called `emit`; classes may have one of their own around it, and so have we. */
const emitterOf = (frames: readonly StackFrame[], emit: number): number =>
  frames.findIndex((frame, index) => index > emit && frame.url !== '' && !isEmit(frame) && !isOursUrl(frame.url))

/** A server's own handler of requests answers by itself; the end of its promise is of no interest. */
const isServers = (frame: StackFrame | undefined): boolean => /^node:(?:_http_server|internal\/http2\/)/.test(frame?.url ?? '')

/** V8's own functions, such as `forEach`, pass nothing on and are no place. */
export const callerOf = (frames: readonly StackFrame[], index: number): number =>
  index === -1 ? -1 : frames.findIndex(({ url }, i) => i > index && url !== '')

/** Whether it is what Node's `fetch` gives: a `catch` that makes another error of its own, and no other promise that it makes. */
export function isFetch(frames: readonly StackFrame[]): boolean {
  const makers = makersOf(frames)
  return makers.includes('catch') && isNodes(frames[makers.length], 'fetch')
}

function isInFetch(frames: readonly StackFrame[], index: number): boolean {
  const ours = frames.findIndex(({ url }) => isOursUrl(url))
  const inside = frames.slice(makersOf(frames).length, Math.max(0, ours)).filter(({ url }) => url !== '')
  return index < ours && isFetch(frames) && inside.every((frame) => isNodes(frame, 'fetch') || isNodes(frame, 'run'))
}

const isNodes = (frame: StackFrame | undefined, name: string): boolean =>
  frame?.url.startsWith('node:') === true && frame.functionName === name
