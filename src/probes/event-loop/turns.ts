import { clearImmediate, now, setImmediate } from '../../node/clock.ts'

/**
 * Calls `onTurn` once per iteration of the event loop, in its check phase.
 * The immediate is unref'd: it neither keeps the process alive nor makes an idle loop spin.
 */
export function watchTurns(onTurn: (at: number) => void): () => void {
  let next = schedule()
  function schedule(): NodeJS.Immediate {
    return setImmediate(turn).unref()
  }
  function turn(): void {
    onTurn(now())
    next = schedule()
  }
  return () => clearImmediate(next)
}
