import { hintFor } from '../analysis/stalls/hints.ts'
import { formatMs } from '../analysis/text/format.ts'
import { describePlace, indexOfPlace, isOwnFile } from '../analysis/text/places.ts'
import type { Location } from '../model/place.ts'
import type { BlockingCall } from '../model/profile.ts'

const MAX_CALLS = 5

/** Each culprit with duration, kind, place, own frames and one hint. */
export function describeCalls(calls: readonly BlockingCall[]): string {
  const blocks = calls.slice(0, MAX_CALLS).map((call) => [...lines(call), `          ${hintFor(call)}`].join('\n'))
  const rest = calls.length - blocks.length
  return [...blocks, ...(rest > 0 ? [`  and ${rest} more`] : [])].join('\n\n')
}

/** The same without hints, for what only added to a lag. */
export function describeStretches(stretches: readonly BlockingCall[]): string {
  return stretches.map((stretch) => lines(stretch).join('\n')).join('\n')
}

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

function lines(call: BlockingCall): string[] {
  const { location, stack, kind } = call
  const where = placeText(location)
  const head = `  ${formatMs(call.durationMs).padStart(6)}  ${kind}  ${describePlace(call)}  ${where}`
  const callers = location === undefined ? [] : stack.slice(indexOfPlace(stack, location) + 1).filter(({ file }) => isOwnFile(file))
  // Not `at`: Vitest would take the line for a frame of the error's stack.
  return [head, ...callers.map((frame) => `          from ${frame.functionName ?? nameOf(call)}  ${place(frame)}`)]
}

const place = ({ file, line, column }: Location): string => `${file}:${line}:${column}`

export const placeText = (location: Location | undefined): string => (location === undefined ? 'line unknown' : place(location))

const nameOf = ({ culprit: { request } }: BlockingCall): string =>
  request === undefined ? '(anonymous)' : `${request.method} ${request.url} handler`
