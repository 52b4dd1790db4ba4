import type { StackFrame } from '../../model/code.ts'
import type { Promises } from '../../probes/async/promises/promises.ts'
import type { Scope } from '../scope/scope.ts'
import type { Script } from '../source/sources.ts'
import { isOwnUrl } from '../source/user-code.ts'
import { isAwait, type Made } from '../waits/promise-chains.ts'
import type { AnyStretch } from './stretches.ts'

/**
 * If no frame of the user's code is on the stack of a stretch, this finds the line of the user's code that waits for it. `import()` gives
 * no stack of its caller, and a dependency that works in several steps goes on from the event loop.
 */
export function withWaitingLine(stretch: AnyStretch, promises: Promises<Scope>, script: (url: string) => Script | undefined): AnyStretch {
  const { scope, evidence } = stretch
  if (scope === undefined || evidence === undefined || evidence.own !== -1 || evidence.frames.length === 0) return stretch
  promises.flush()
  const loads = evidence.kind === 'module-load'
  const isMeant = ({ url, line, column }: StackFrame): boolean =>
    isOwnUrl(url) && (!loads || script(url)?.awaitsImport(line, column) === true)
  const awaits = [...scope.promises.pending].filter((made) => isAwait(made) && isMeant(made.frames[0]!))
  const waiting = lastOf(scope, awaits)
  if (waiting === undefined) return stretch
  return {
    ...stretch,
    evidence: {
      ...evidence,
      ...(!loads && { callee: undefined }),
      frames: [...evidence.frames, waiting.frames[0]!],
      own: evidence.frames.length
    }
  }
}

/** The last `await` of the scope itself. A request that waits nowhere has the last `await` of the scope that waits for the request. */
function lastOf(scope: Scope, awaits: readonly Made[]): Made | undefined {
  for (let each: Scope | undefined = scope; each !== undefined; each = each.kind === 'request' ? each.parent : undefined) {
    const last = awaits.findLast(({ owner }) => owner === each)
    if (last !== undefined) return last
  }
  return undefined
}
