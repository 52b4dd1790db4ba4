import { subscribe } from 'node:diagnostics_channel'
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Scope } from '../scope/scope.ts'
import type { Session } from '../session.ts'
import type { Exchanges } from './exchanges.ts'
import type { Requests } from './registry.ts'
import type { Sender, Senders } from './senders.ts'
import { type Connections, portOf } from './sockets/connections.ts'

// Taken at load: tests of what older hosts lack delete it.
const { WeakRef } = globalThis

export interface HttpTools {
  requests: Requests
  senders: Senders
  exchanges: Exchanges
  connections: Connections
}

/** Gives each HTTP request that this thread serves a scope, inside the scope of whoever sent it. */
export function watchHttp(session: Session, { requests, senders, exchanges, connections }: HttpTools): HttpServers {
  let onArrival: (server: object) => void = () => {}
  const onClient = (message: unknown): void => {
    const { request } = message as { request: ClientRequest }
    senders.sent(new HttpSender(request), session.storage.getStore())
  }
  function arrived(request: IncomingMessage, socket: Socket): Scope {
    const {
      method = 'GET',
      url = '/',
      headers: { host = '' }
    } = request
    const client = senders.take({ method, url, host }, socket)
    const { owner, guessed } = client === undefined ? connections.ownerOf(socket) : { owner: client.scope, guessed: false }
    const scope = requests.create(owner, { method, url }, guessed)
    const key = client?.sender.key()
    if (key !== undefined) requests.know(key, scope)
    return scope
  }
  const onServer = (message: unknown): void => {
    const { request, response, socket, server } = message as {
      request: IncomingMessage
      response: ServerResponse
      socket: Socket
      server: object
    }
    exchanges.begin(arrived(request, socket), { request, response, socket })
    onArrival(server)
  }
  // `start` is not told of a request that never ends.
  subscribe('http.client.request.created', onClient)
  subscribe('http.server.request.start', onServer)
  return { arrived, onArrival: (listener) => void (onArrival = listener) }
}

export interface HttpServers {
  /** The scope of a request that has arrived by a socket. */
  arrived(request: IncomingMessage, socket: Socket): Scope
  /** From here on it is told which server is about to emit one. */
  onArrival(listener: (server: object) => void): void
}

class HttpSender implements Sender {
  readonly #ref: WeakRef<ClientRequest>

  constructor(request: ClientRequest) {
    this.#ref = new WeakRef(request)
  }
  // Asked when its server side is there: headers are set between the start and the sending.
  matches(method: string, url: string, host: string): boolean {
    const request = this.#ref.deref()
    return request !== undefined && request.method === method && request.path === url && request.getHeader('host') === host
  }
  port(): number | undefined {
    return portOf(this.#ref.deref()?.socket ?? undefined)
  }
  key(): object | undefined {
    return this.#ref.deref()
  }
  isWaiting(): boolean {
    const { destroyed = true, res } = (this.#ref.deref() ?? {}) as { destroyed?: boolean; res?: unknown }
    return !destroyed && (res ?? null) === null
  }
}
