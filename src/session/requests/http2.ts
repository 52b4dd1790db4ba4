import type { ClientHttp2Stream, Http2Session, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { patchInherited } from '../../probes/patches/inherited.ts'
import type { Scope } from '../scope/scope.ts'
import type { Session } from '../session.ts'
import type { Exchanges } from './exchanges.ts'
import type { Requests } from './registry.ts'
import type { Senders } from './senders.ts'
import type { Connections } from './sockets/connections.ts'

export interface Http2Tools {
  requests: Requests
  senders: Senders
  exchanges: Exchanges
  connections: Connections
}

interface Message<Stream> {
  stream: Stream
  headers: IncomingHttpHeaders & Record<':method' | ':path' | ':authority', string | undefined>
}

/** Streams of clients that wait for their server side. Those to other processes never meet one. */
const MAX_WAITING = 2000

/**
 * Gives each HTTP/2 stream that this thread serves a scope, inside the scope of whoever opened it. Both ends know the
 * stream by its id and by the client's port. Where no channel speaks of streams (Node 22.12; 22.23 has them), they are no requests.
 */
export function createHttp2(session: Session, { requests, senders, exchanges, connections }: Http2Tools): Http2 {
  const { storage } = session
  let waiting = new Map<string, Scope | undefined>()
  let undos = new Map<object, () => void>()

  function client(message: unknown): void {
    const { stream } = message as Message<ClientHttp2Stream>
    const port = stream.session?.socket?.localPort
    // The server pushes streams of even numbers.
    if (port === undefined || stream.id === undefined || stream.id % 2 === 0) return
    if (waiting.size >= MAX_WAITING) waiting.delete(waiting.keys().next().value!)
    waiting.set(keyOf(port, stream.id), storage.getStore())
  }
  function ownerOf(
    stream: ServerHttp2Stream,
    { headers }: Message<ServerHttp2Stream>
  ): { owner: Scope | undefined; guessed: boolean; key?: object | undefined } {
    const socket = stream.session?.socket
    if (socket === undefined) return { owner: undefined, guessed: false }
    const { ':method': method = 'GET', ':path': url = '/', ':authority': host = '' } = headers
    const id = keyOf(socket.remotePort, stream.id)
    const known = waiting.has(id)
    const owner = waiting.get(id)
    waiting.delete(id)
    // `fetch` says more exactly who has called: its dispatcher opens streams in anybody's turn.
    const client = senders.take({ method, url, host }, socket)
    if (client !== undefined) return { owner: client.scope, guessed: false, key: client.sender.key() }
    return known ? { owner, guessed: false } : connections.ownerOf(socket)
  }
  function server(message: unknown): void {
    const { stream, headers } = message as Message<ServerHttp2Stream>
    include(stream)
    // A stream that is pushed is part of the request that pushes it.
    if (stream.id !== undefined && stream.id % 2 === 0) {
      const pusher = storage.getStore()
      if (pusher !== undefined) exchanges.hand(stream, () => pusher)
      return
    }
    const { owner, guessed, key } = ownerOf(stream, message as Message<ServerHttp2Stream>)
    const scope = requests.create(owner, { method: headers[':method'] ?? 'GET', url: headers[':path'] ?? '/' }, guessed)
    if (key !== undefined) requests.know(key, scope)
    requests.know(stream, scope)
    exchanges.hand(
      stream,
      () => scope,
      (event) => {
        if (event === 'close' || event === 'finish') ends(stream, scope, event)
      }
    )
  }
  function ends({ rstCode, sentHeaders }: ServerHttp2Stream, scope: Scope, event: 'close' | 'finish'): void {
    const status = rstCode === NO_ERROR && sentHeaders?.[':status'] !== undefined ? Number(sentHeaders[':status']) : undefined
    // A stream that is reset is finished first, too.
    if (status !== undefined || event === 'close') requests.end(scope, status)
  }
  /** Node tells of the stream first; the session emits it, and with that calls the handlers, in a later tick. */
  function include(stream: ServerHttp2Stream): void {
    exchanges.include(Object.getPrototypeOf(stream) as object)
    const prototype = Object.getPrototypeOf(stream.session ?? {}) as object
    if (stream.session === undefined || undos.has(prototype)) return
    undos.set(
      prototype,
      patchInherited(prototype, 'emit', (original, self: unknown, args) => {
        const scope = args[0] === 'stream' ? requests.scopeOf(args[1] as object) : undefined
        const emit = (): unknown => Reflect.apply(original, self as Http2Session, args)
        return scope === undefined ? emit() : session.run(scope, emit)
      })
    )
    // Loaded by then: it would cost each worker some milliseconds.
    const { Http2ServerRequest, Http2ServerResponse } = process.getBuiltinModule('node:http2')
    for (const each of [Http2ServerRequest, Http2ServerResponse]) {
      exchanges.include(each.prototype, (emitter) => (emitter as { stream?: object }).stream)
    }
  }
  return {
    client,
    server,
    stop() {
      for (const undo of [...undos.values()].toReversed()) undo()
      undos = new Map()
      waiting = new Map()
    }
  }
}

export interface Http2 {
  /** Takes what Node tells of a client's new stream. */
  client(message: unknown): void
  /** The same of a server's. */
  server(message: unknown): void
  /** Puts back what was patched, and forgets who waits. */
  stop(): void
}

const NO_ERROR = 0
const keyOf = (port: number | undefined, id: number | undefined): string => `${port}:${id}`
