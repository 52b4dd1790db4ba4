import type { RawFrame } from '../../model/code.ts'
import type { Sources } from './sources.ts'
import { isOwnUrl } from './user-code.ts'
import { linesOfWork } from './syntax/lines-of-work.ts'
import { enclosingFunction } from './syntax/parse.ts'

/**
 * What can be said of a stall whose stack was taken only afterwards, when the thread next started async work: the frames
 * then are where the stall ended, or later.
 */
export interface MarkedPlaces {
  /** Whether the line of the innermost own frame is all that can have taken the time. */
  isLineOfWork(frames: readonly RawFrame[], own: number): boolean
  /** The function that a frame is in, at its beginning. */
  functionAround(frame: RawFrame): RawFrame
}

export function createMarkedPlaces(sources: Pick<Sources, 'script' | 'module'>): MarkedPlaces {
  function linesIn(frame: RawFrame): Set<number> | undefined {
    const script = sources.script(frame.url)
    if (script === undefined) return undefined
    const { isWritten, moduleOf } = script.names
    return linesOfWork(script, frame, ([first = '']) => {
      const specifier = moduleOf(first)
      return specifier === undefined
        ? first === '' || first === 'this' || isWritten(first)
        : sources.module(specifier)?.transformed !== false
    })
  }
  return {
    isLineOfWork: (frames, own) =>
      frames.every((frame, index) => {
        if (index < own || !isOwnUrl(frame.url)) return true
        const lines = linesIn(frame)
        // Around it nothing may have run but the call that leads to it.
        return lines !== undefined && [...lines].every((line) => index === own && line === frame.line)
      }),
    functionAround(frame) {
      const syntax = isOwnUrl(frame.url) ? sources.script(frame.url)?.syntax : undefined
      if (syntax === undefined) return frame
      return { ...frame, ...syntax.position(enclosingFunction(syntax, syntax.offset(frame.line, frame.column)).start) }
    }
  }
}
