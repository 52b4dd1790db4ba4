import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isOursUrl } from '../../our-files.ts'
import { patchMethod } from '../../probes/patches/patch.ts'
import { takeSites, urlOf } from '../../probes/stacks/stacks.ts'
import type { Scope } from '../scope/scope.ts'
import type { Session } from '../session.ts'
import type { Exchanges } from './exchanges.ts'
import type { Requests } from './registry.ts'

/** A response that light-my-request makes for a request without a socket; Fastify's `inject` is that. */
type Injected = ServerResponse & { isLightMyRequest?: boolean; _lightMyRequest?: unknown }

/** What is used of the promise-like object that `inject` returns. */
interface Chain {
  _hasInvoked?: boolean
  end(): unknown
}

/**
 * Requests that are injected have no socket, and no HTTP channel speaks of their start. Node tells of each response that is made,
 * though; what follows in the same call is the dispatch to the server. So the rest of that call is the request's, provided
 * that something around it puts the caller's context back.
 */
export function watchInjected(session: Session, { requests, exchanges }: { requests: Requests; exchanges: Exchanges }): void {
  const { storage } = session
  /** Calls around which the context is put back. */
  let contained = 0
  function contain<T>(run: () => T): T {
    const here = storage.getStore()
    contained++
    try {
      return session.run(here, run)
    } finally {
      contained--
      // `run()` of the store that is there already puts nothing back.
      if (storage.getStore() !== here) storage.enterWith(here as Scope)
    }
  }
  const onResponse = (message: unknown): void => {
    const { request, response } = message as { request: IncomingMessage; response: Injected }
    if (!('_lightMyRequest' in request)) return
    if (contained === 0 && !isLastOfJob()) return
    const { method = 'GET', url = '/' } = request
    const scope = requests.create(storage.getStore(), { method, url })
    exchanges.include(Object.getPrototypeOf(request) as object)
    exchanges.begin(scope, { request, response })
    session.enter(scope)
  }
  const onFastify = (message: unknown): void => {
    const { fastify } = message as { fastify: object }
    // Not undone at the file's end: the app may serve the next file, too, and is collected with what patches it.
    patchMethod(fastify, 'inject', (original, self, args) => {
      const chain = contain(() => Reflect.apply(original, self, args.map(toCaller)))
      if (typeof chain === 'object' && chain !== null) containChain(Object.getPrototypeOf(chain) as object)
      return chain
    })
    patchMethod(fastify, 'ready', (original, self, args) => {
      const here = storage.getStore()
      const [callback] = args
      if (here?.kind !== 'request' || typeof callback !== 'function') return Reflect.apply(original, self, args)
      // The plugins that are loaded now are not this request's, and whoever asked first calls back for all.
      const inScope = new Proxy(callback, {
        apply: (target, by, given) => session.run(here, () => Reflect.apply(target, by, given) as unknown)
      })
      return session.run(here.parent, () => Reflect.apply(original, self, [inScope]))
    })
  }
  /** A callback of the outcome is the caller's; Node calls it where the response has finished. */
  function toCaller(arg: unknown): unknown {
    const here = storage.getStore()
    if (typeof arg !== 'function') return arg
    return new Proxy(arg, { apply: (target, self, args) => session.run(here, () => Reflect.apply(target, self, args) as unknown) })
  }
  const chains = new WeakSet<object>()
  /** A chain is dispatched by `end()`, or when it is first asked for its outcome: that is two steps then, of which one is the request's. */
  function containChain(prototype: object): void {
    if (chains.has(prototype) || !Object.hasOwn(prototype, 'then') || !Object.hasOwn(prototype, 'end')) return
    chains.add(prototype)
    patchMethod(prototype, 'end', (original, self, args) => contain(() => Reflect.apply(original, self, args.map(toCaller))))
    for (const name of ['then', 'catch', 'finally']) {
      patchMethod(prototype, name, (original, self, args) => {
        const chain = self as Chain
        if (chain._hasInvoked === false) chain.end()
        return Reflect.apply(original, self, args)
      })
    }
  }
  subscribe('http.server.response.created', onResponse)
  subscribe('fastify.initialization', onFastify)
}

const INJECTOR = /[\\/]node_modules[\\/](?:light-my-request|fastify)[\\/]/
const FRAMES = 30

/** Whether nobody's code but the injector's, and Node's, is on the stack: then what follows it is nobody else's, either. */
function isLastOfJob(): boolean {
  return takeSites(FRAMES, isLastOfJob).every((site) => {
    const url = urlOf(site)
    return site.isAsync() || url === '' || url.startsWith('node:') || INJECTOR.test(url) || isOursUrl(url)
  })
}
