import { now } from '../../node/clock.ts'
import { createStamp } from '../../node/stamp.ts'
import { Scope, type Thresholds } from '../scope/scope.ts'
import type { Session } from '../session.ts'

export interface RequestsOptions {
  lag: boolean
  /** For requests that no test sent. */
  thresholds: Thresholds
}

/** The requests that this thread serves, by the objects that their server, client or framework knows them by. */
export interface Requests {
  scopeOf(key: object): Scope | undefined
  /** Those that a key stood for before: one call of `fetch` follows redirects. */
  earlierOf(key: object): Scope[]
  /** From here on an object stands for a request, too. */
  know(key: object, scope: Scope): void
  /** A new request scope, child of `parent`. @param guessed the parent is only likely the one who sent it */
  create(parent: Scope | undefined, request: { method: string; url: string }, guessed?: boolean): Scope
  /** It was answered; or, without a status, its connection was closed before. Only the first end counts. */
  end(scope: Scope, status?: number): void
}

export function createRequests(session: Session, { lag, thresholds }: RequestsOptions): Requests {
  const scopes = createStamp<Scope>()
  const earlier = new WeakMap<object, Scope[]>()
  return {
    scopeOf: (key) => scopes.get(key),
    earlierOf: (key) => earlier.get(key) ?? [],
    know(key, scope) {
      const known = scopes.get(key)
      if (known !== undefined && known !== scope) earlier.set(key, [known, ...(earlier.get(key) ?? [])])
      scopes.set(key, scope)
    },
    create(parent, { method, url }, guessed = parent?.guessed ?? false) {
      const scope = new Scope({
        kind: 'request',
        name: `${method} ${url}`,
        parent,
        thresholds: parent?.thresholds ?? thresholds,
        startMs: now(),
        lag,
        guessed
      })
      scope.method = method
      scope.url = url
      parent?.serve(scope)
      session.open(scope)
      return scope
    },
    end(scope, status) {
      if (scope.endMs !== undefined) return
      if (status !== undefined) scope.status = status
      scope.endMs = now()
      session.close(scope)
    }
  }
}
