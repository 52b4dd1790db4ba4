import { subscribe } from 'node:diagnostics_channel'
import type * as Http from 'node:http'
import type * as Https from 'node:https'
import type { Socket } from 'node:net'
import { whenLoaded } from '../../probes/patches/when-loaded.ts'
import type { Scope } from '../scope/scope.ts'
import type { Session } from '../session.ts'
import type { Calls, createCalls } from './calls.ts'
import { createExchanges } from './exchanges.ts'
import { watchFetch } from './fetch.ts'
import { watchHttp } from './http.ts'
import type { createHttp2, Http2 } from './http2.ts'
import { watchInjected } from './inject.ts'
import { earlierHops } from './redirects.ts'
import { createRequests, type RequestsOptions } from './registry.ts'
import { createSenders } from './senders.ts'
import { watchServerEvents } from './server-events.ts'
import { watchConnections } from './sockets/connections.ts'
import type { createMessages, Messages } from './sockets/messages.ts'
import { watchWrites } from './sockets/writes.ts'

/** All requests that this thread serves, however they come. */
export interface RequestWatch {
  /** The request that a response answers, and those that its client had sent before it on its own. */
  scopesOf(response: object): { scope: Scope | undefined; earlier: Scope[] }
  /** The file that runs from here on: what nobody is known for is its work. */
  beginFile(file: Scope): void
  profileRequests<T>(app: T): T
  /** Starts what patches, for a file whose global object is given; returns the stop. */
  start(global: typeof globalThis): () => void
}

/** What few files need: it is loaded where it is used. */
export interface SeldomUsed {
  createCalls: typeof createCalls
  createHttp2: typeof createHttp2
  createMessages: typeof createMessages
}

export function watchRequests(session: Session, options: RequestsOptions, seldom: () => SeldomUsed): RequestWatch {
  const requests = createRequests(session, options)
  // First: what a response is made of is looked after before anybody hears of it.
  const modules = whenLoaded({
    http(loaded: typeof Http) {
      const undos = [exchanges.startHttp(loaded), serverEvents.start(loaded)]
      return () => undos.forEach((undo) => undo())
    },
    https: (loaded: typeof Https) => serverEvents.start(loaded)
  })
  let file: Scope | undefined
  const fileNow = (): Scope | undefined => (file?.endMs === undefined ? file : undefined)
  const senders = createSenders()
  const writes = watchWrites()
  const connections = watchConnections(session, writes, fileNow)
  const exchanges = createExchanges(session, requests, writes)
  const tools = { requests, senders, exchanges, connections }
  const servers = watchHttp(session, tools)
  let messages: Messages | undefined
  function upgraded(socket: Socket): void {
    messages ??= seldom().createMessages(connections, exchanges)
    messages.follow(socket)
  }
  const serverEvents = watchServerEvents(session, { requests, exchanges, servers, upgraded })
  servers.onArrival(serverEvents.include)
  let http2: Http2 | undefined
  const http2Now = (): Http2 => (http2 ??= seldom().createHttp2(session, tools))
  subscribe('http2.client.stream.start', (message) => http2Now().client(message))
  subscribe('http2.server.stream.created', (message) => http2Now().server(message))
  watchInjected(session, { requests, exchanges })
  const fetches = watchFetch(senders, session)
  let calls: Calls | undefined
  let stopCalls: (() => void) | undefined
  let running = false
  function callsNow(): Calls {
    calls ??= seldom().createCalls(session, requests)
    if (running) stopCalls ??= calls.start()
    return calls
  }
  return {
    beginFile: (scope) => void (file = scope),
    profileRequests: (app) => callsNow().profileRequests(app),
    scopesOf(response) {
      const key = requestKey(response) ?? fetches.requestOf(response) ?? response
      const scope = requests.scopeOf(key)
      return { scope, earlier: scope === undefined ? [] : [...earlierHops(scope, response), ...requests.earlierOf(key)] }
    },
    start(global) {
      const undos = [
        fetches.patch(global),
        writes.start(),
        connections.start(),
        exchanges.start(),
        modules.start(),
        serverEvents.stop,
        () => messages?.stop(),
        () => http2?.stop(),
        senders.clear
      ]
      running = true
      return () => {
        running = false
        stopCalls?.()
        stopCalls = undefined
        for (const undo of undos.toReversed()) undo()
        file = undefined
      }
    }
  }
}

/** superagent's response knows its `ClientRequest` as `req`; light-my-request's knows the injected request as `raw.req`. */
function requestKey(subject: object): object | undefined {
  const { req, raw } = subject as { req?: unknown; raw?: { req?: unknown } }
  const key = req ?? raw?.req
  return typeof key === 'object' && key !== null ? key : undefined
}
