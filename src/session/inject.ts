import { channel } from 'node:diagnostics_channel'
import type { Requests } from './requests.ts'
import type { Scope } from './scope.ts'
import type { Session } from './session.ts'

interface HandlerContext {
  request: { raw: { method?: string; url?: string } }
}

/**
 * Fastify's `inject` calls handlers without a socket, so no HTTP channel speaks. Its own tracing channel does: the
 * handler then runs in a request scope inside the injecting one. The response knows the request as `res.raw.req`.
 */
export function watchInjected(session: Session, requests: Requests): void {
  const start = channel('tracing:fastify.request.handler:start')
  start.bindStore(session.storage, (message) => {
    const { raw } = (message as HandlerContext).request
    const here = session.storage.getStore()
    // A request over a socket has its scope already.
    if (requests.scopeOf(raw) !== undefined) return here as Scope
    const scope = requests.create(raw, here, { method: raw.method ?? 'GET', url: raw.url ?? '/' })
    session.cutTo(scope)
    return scope
  })
}
