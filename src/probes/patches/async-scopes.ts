import { AsyncResource } from 'node:async_hooks'
import { patchMethod } from './patch.ts'

type Callback = (this: unknown, ...args: unknown[]) => unknown

/** Called around each callback that runs in the context of an `AsyncResource`, from inside of it. */
export interface AsyncScopeWatch {
  /** The context of the callback has been entered. */
  entered(): void
  /** The context of the caller is back. */
  left(): void
}

/**
 * On Node ≥ 24 `AsyncResource.runInAsyncScope()` calls the `before` hook first and switches the context afterwards, so that
 * hook sees the caller's context. `AsyncResource.bind()`, `AsyncLocalStorage.bind()` and `.snapshot()`,
 * `EventEmitterAsyncResource`, `stream.finished()` and what libraries build on them all come through this one method. On
 * Node 22 the hook sees the right context, but nothing tells when the caller's is back.
 * @param enter asked in the caller's context, once for each call
 * @returns the undo
 */
export function watchAsyncScopes(enter: () => AsyncScopeWatch): () => void {
  return patchMethod(AsyncResource.prototype, 'runInAsyncScope', (original, self, args) => {
    const [callback, ...rest] = args
    // The original tells its caller what is wrong with it.
    if (typeof callback !== 'function') return Reflect.apply(original, self, args)
    const watch = enter()
    function entered(this: unknown, ...given: unknown[]): unknown {
      watch.entered()
      return Reflect.apply(callback as Callback, this, given)
    }
    try {
      return Reflect.apply(original, self, [entered, ...rest])
    } finally {
      watch.left()
    }
  })
}
