import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import type { Location } from '../../model/place.ts'
import { isOursUrl } from '../../our-files.ts'
import { isOwnUrl, isRunnerUrl } from '../source/user-code.ts'

/** `    at async name (file:///path:1:2)`, `    at /path:1:2`, `    at async C:\path:1:2`. */
const FRAME = /^\s+at (?:async )?(?:(.*?) \()?((?:file:\/\/|node:|[A-Za-z]:[\\/]|\\\\|\/).*):(\d+):(\d+)\)?$/

/** What can be told of an error that nobody handled. */
export interface ErrorText extends ErrorFrames {
  text: string
}

export interface ErrorFrames {
  stack: Location[]
  /** The innermost one of the user's code. */
  own: Location | undefined
}

export const readError = (error: unknown, display: (path: string) => string, depth: number): ErrorText => ({
  text: textOf(error),
  ...errorFrames(error, display, depth)
})

const MAX_TEXT = 200

function textOf(reason: unknown): string {
  try {
    const text =
      reason instanceof Error || isErrorLike(reason)
        ? `${reason.name}: ${reason.message}`
        : inspect(reason, { depth: 1, breakLength: Infinity })
    return text.slice(0, MAX_TEXT)
  } catch {
    return 'an error that cannot be printed'
  }
}

/** In vm pools a test's errors are of another realm. */
const isErrorLike = (value: unknown): value is Error =>
  typeof value === 'object' && value !== null && 'message' in value && 'stack' in value

/** The places of an error's stack, innermost first, up to where the test runner's begin; Vitest has mapped them to the source. */
export function errorFrames(error: unknown, display: (path: string) => string, depth: number): ErrorFrames {
  const text = typeof error === 'object' && error !== null && 'stack' in error && typeof error.stack === 'string' ? error.stack : ''
  const stack: Location[] = []
  let own: Location | undefined
  for (const line of text.split('\n')) {
    const [, functionName, url = '', row, column] = FRAME.exec(line) ?? []
    if (url === '' || isOursUrl(url) || url.startsWith('node:')) continue
    if (isRunnerUrl(url)) break
    const file = display(toPath(url))
    const location = { file, line: Number(row), column: Number(column), ...(functionName !== undefined && { functionName }) }
    if (isOwnUrl(url)) own ??= location
    if (stack.length < depth) stack.push(location)
  }
  return { stack, own }
}

/** An error's text is anybody's to write: `file://` may be followed by what is no path. */
function toPath(url: string): string {
  try {
    return url.startsWith('file:') ? fileURLToPath(url) : url
  } catch {
    return url
  }
}
