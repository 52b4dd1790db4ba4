import { subscribe } from 'node:diagnostics_channel'
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { now } from '../probes/clock.ts'
import { Scope, type Thresholds } from './scope.ts'
import type { Session } from './session.ts'

export interface RequestsOptions {
  lag: boolean
  /** For requests that no test sent. */
  thresholds: Thresholds
}

/** The client side of a request. */
export interface Sender {
  /** What its response is known by. */
  key: object
  matches(method: string, url: string, host: string): boolean
  /** Of its socket, once that is connected. Asking takes a system call. */
  port(): number | undefined
}

export interface Requests {
  /** The server-side scope of a request, by an object that its client or its framework knows it by. */
  scopeOf(key: object): Scope | undefined
  /** Notes who sends, until the server side of the request is seen. */
  sent(sender: Sender): void
  /** A new request scope, child of `parent`. */
  create(key: object, parent: Scope | undefined, request: { method: string; url: string }): Scope
}

/** Client requests that wait for their server side. Those to other processes never meet one. */
const MAX_IN_FLIGHT = 2000

interface InFlight {
  sender: Sender
  scope: Scope | undefined
}

/**
 * Gives each HTTP request that this thread serves a scope, inside the scope of whoever sent it. The two sides meet by
 * what was asked of whom, and by their TCP port where several ask for the same: no header is touched, and a server from
 * `beforeAll` serves each test's requests as that test's.
 */
export function watchRequests(session: Session, { lag, thresholds }: RequestsOptions): Requests {
  const inFlight: InFlight[] = []
  const scopes = new WeakMap<object, Scope>()

  function sent(sender: Sender): void {
    if (inFlight.length === MAX_IN_FLIGHT) inFlight.shift()
    inFlight.push({ sender, scope: session.storage.getStore() })
  }
  function arrived({ method = 'GET', url = '/', headers: { host = '' } }: IncomingMessage, socket: Socket): InFlight | undefined {
    const asked = inFlight.filter(({ sender }) => sender.matches(method, url, host))
    // A socket's two ports are two system calls, 8 µs: only where they have to decide.
    const client = asked.length < 2 ? asked[0] : asked.findLast(({ sender }) => isPeer(sender, socket))
    if (client !== undefined) inFlight.splice(inFlight.indexOf(client), 1)
    return client
  }
  function create(key: object, parent: Scope | undefined, { method, url }: { method: string; url: string }): Scope {
    const scope = new Scope({
      kind: 'request',
      name: `${method} ${url}`,
      parent,
      thresholds: parent?.thresholds ?? thresholds,
      startMs: now(),
      lag
    })
    scope.method = method
    scope.url = url
    scopes.set(key, scope)
    parent?.serve(scope)
    session.open(scope)
    return scope
  }
  const created = new WeakSet<ClientRequest>()
  const onClient = (message: unknown): void => {
    const { request } = message as { request: ClientRequest }
    if (created.has(request)) return
    created.add(request)
    sent({
      key: request,
      matches: (method, url, host) => request.method === method && request.path === url && request.getHeader('host') === host,
      port: () => request.socket?.localPort
    })
  }
  const onServer = (message: unknown): void => {
    const { request, socket } = message as { request: IncomingMessage; socket: Socket }
    const client = arrived(request, socket)
    const here = session.storage.getStore()
    const parent = client === undefined ? living(here) : client.scope
    const scope = create(request, parent, { method: request.method ?? 'GET', url: request.url ?? '/' })
    if (client !== undefined) scopes.set(client.sender.key, scope)
    // The handlers run in the rest of this callback, which is Node's own: there is nothing to wrap.
    session.enter(scope)
  }
  const onFinish = (message: unknown): void => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
    const scope = scopes.get(request)
    if (scope === undefined) return
    scope.status = response.statusCode
    scope.endMs = now()
    session.close(scope)
  }
  // `start` is not told of a request that never ends; `created` not by Node before 22.12.
  subscribe('http.client.request.created', onClient)
  subscribe('http.client.request.start', onClient)
  subscribe('http.server.request.start', onServer)
  subscribe('http.server.response.finish', onFinish)
  return { scopeOf: (key) => scopes.get(key), sent, create }
}

/** A pipe has no ports. */
const isPeer = (sender: Sender, { remotePort }: Socket): boolean => remotePort !== undefined && sender.port() === remotePort

/** A server that outlives the test that started it serves nobody's requests, not that test's. */
const living = (scope: Scope | undefined): Scope | undefined => (scope?.endMs === undefined ? scope : undefined)
