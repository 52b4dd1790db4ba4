import type { StackFrame } from '../../model/code.ts'
import { toFrames } from '../stacks/stacks.ts'

/**
 * Where the user's code set something off: the stack of a promise or a resource with an own frame on it. What runs later because of
 * it has none, and is made there in the user's eyes.
 */
export interface Cause {
  /** Not read yet: for the first line in a function, V8 parses it again. They keep alive what ran there. */
  sites: readonly NodeJS.CallSite[] | undefined
  frames: readonly StackFrame[]
}

/** @param isPlace whether lines of a script are of interest */
export function framesOf(cause: Cause, isPlace: (url: string) => boolean): readonly StackFrame[] {
  if (cause.sites !== undefined) cause.frames = toFrames(cause.sites, isPlace)
  cause.sites = undefined
  return cause.frames
}
