import type { StackFrame } from '../../model/code.ts'
import { isOursUrl } from '../../our-files.ts'
import { outermost } from '../source/user-code.ts'

/** What is shown of a stack: the user's frames and their dependencies', up to where the test runner's begin. */
export const toShown = (frames: readonly StackFrame[], depth: number): StackFrame[] =>
  frames
    .slice(0, outermost(frames))
    .filter(({ url }) => url !== '' && !url.startsWith('node:') && !isOursUrl(url))
    .slice(0, depth)
