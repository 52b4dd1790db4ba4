import type { Rejected } from '../../model/leftovers.ts'
import { now } from '../../node/clock.ts'
import type { Unhandled } from '../../probes/async/unhandled.ts'
import type { ErrorText } from '../profile/error-frames.ts'
import { toCulprit } from '../scope/culprit.ts'
import type { Scope } from '../scope/scope.ts'
import type { Session } from '../session.ts'
import type { LeftoverWatch } from './leftovers.ts'

/** Errors that nobody handled, with whose they are. */
export interface Rejections {
  /** Notes one; returns whose work it comes from. */
  note(unhandled: Unhandled): Scope | undefined
  /** Those of the file that ends, and a new start. */
  take(): Rejected[]
}

const MAX_KEPT = 50

/** @param read loaded when asked for; what it cannot tell is not told: an error in here would end the process */
export function watchRejections(session: Session, leftovers: LeftoverWatch, read: (error: unknown) => ErrorText): Rejections {
  let kept: Rejected[] = []
  function readSafely(error: unknown): ErrorText {
    try {
      return read(error)
    } catch {
      return { text: 'an error that cannot be read', stack: [], own: undefined }
    }
  }
  return {
    note({ what, reason, promise }) {
      // Node calls the listener in the context that the promise was rejected in, or the callback has thrown in.
      const scope = session.storage.getStore() ?? (promise && session.promises.find(promise)?.owner)
      if (promise !== undefined) leftovers.rejected(promise)
      const { text, stack, own } = readSafely(reason)
      const ended = scope?.whole.endMs
      const during = ended === undefined ? undefined : session.openTests()[0]?.name
      if (kept.length < MAX_KEPT) {
        kept.push({
          what,
          error: text,
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
