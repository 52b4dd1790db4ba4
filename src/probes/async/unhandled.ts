/** An error that nobody handled, as Node tells of it. */
export interface Unhandled {
  what: 'rejection' | 'exception'
  reason: unknown
  /** Of a rejection. */
  promise: object | undefined
}

type Listener = (...args: unknown[]) => void

const EVENTS = { unhandledRejection: 'rejection', uncaughtException: 'exception' } as const

// Taken at load: tests replace them.
const listeners = process.listeners.bind(process) as (event: string) => Listener[]
const off = process.off.bind(process) as (event: string, listener: Listener) => unknown
const prepend = process.prependListener.bind(process) as (event: string, listener: Listener) => unknown

/**
 * Puts `around` in place of the test runner's listeners for errors that nobody handled. Not beside them: the runner takes
 * a second listener for somebody who handles the error.
 * @param isRunners whether a listener, by its source text, is the runner's
 * @returns the undo, or nothing where the runner has none
 */
export function replaceUnhandledListeners(
  isRunners: (source: string) => boolean,
  around: (unhandled: Unhandled, tell: () => void) => void
): (() => void) | undefined {
  const undos = (Object.keys(EVENTS) as (keyof typeof EVENTS)[]).flatMap((event) => {
    const original = listeners(event).find((listener) => isRunners(Function.prototype.toString.call(listener)))
    if (original === undefined) return []
    const replacement: Listener = (reason, promise) => {
      const tell = (): void => original.call(process, reason, promise)
      // Somebody else listens: it is theirs.
      if (listeners(event).length > 1) tell()
      else around({ what: EVENTS[event], reason, promise: event === 'unhandledRejection' ? (promise as object) : undefined }, tell)
    }
    swap(event, original, replacement)
    return [() => swap(event, replacement, original)]
  })
  return undos.length === 0 ? undefined : () => undos.forEach((undo) => undo())
}

/** A test may have removed it: then it stays away. */
function swap(event: string, from: Listener, to: Listener): void {
  if (!listeners(event).includes(from)) return
  off(event, from)
  prepend(event, to)
}
