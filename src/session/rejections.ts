import { inspect } from 'node:util'
import { now } from '../probes/clock.ts'
import type { Unhandled } from '../probes/unhandled.ts'
import type { Rejected } from '../records/leftovers.ts'
import { toCulprit } from './culprit.ts'
import { errorFrames } from './error-frames.ts'
import type { LeftoverWatch } from './leftovers.ts'
import type { Scope } from './scope.ts'
import type { Session } from './session.ts'

/** Errors that nobody handled, with whose they are. */
export interface Rejections {
  /** Notes one; returns whose work it comes from. */
  note(unhandled: Unhandled): Scope | undefined
  /** Those of the file that ends, and a new start. */
  take(): Rejected[]
}

const MAX_KEPT = 50
const MAX_TEXT = 200

export function watchRejections(session: Session, leftovers: LeftoverWatch, display: (path: string) => string, depth: number): Rejections {
  let kept: Rejected[] = []
  return {
    note({ what, reason, promise }) {
      // Node calls the listener in the context that the promise was rejected in, or the callback has thrown in.
      const scope = session.storage.getStore() ?? (promise && session.promises.find(promise)?.owner)
      if (promise !== undefined) leftovers.rejected(promise)
      const { stack, own } = errorFrames(reason, display, depth)
      const ended = scope?.whole.endMs
      const during = ended === undefined ? undefined : session.openTests()[0]?.name
      if (kept.length < MAX_KEPT) {
        kept.push({
          what,
          error: textOf(reason),
          ...(ended !== undefined && { lateMs: now() - ended }),
          ...(during !== undefined && { during }),
          ...(own && { location: own }),
          stack,
          culprit: scope === undefined ? {} : toCulprit(scope)
        })
      }
      return scope
    },
    take() {
      const taken = kept
      kept = []
      return taken
    }
  }
}

function textOf(reason: unknown): string {
  try {
    const text = reason instanceof Error || isErrorLike(reason) ? `${reason.name}: ${reason.message}` : inspect(reason, { depth: 1, breakLength: Infinity })
    return text.slice(0, MAX_TEXT)
  } catch {
    return 'an error that cannot be printed'
  }
}

/** In vm pools a test's errors are of another realm. */
const isErrorLike = (value: unknown): value is Error => typeof value === 'object' && value !== null && 'message' in value && 'stack' in value
