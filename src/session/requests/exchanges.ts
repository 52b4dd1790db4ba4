import { EventEmitter } from 'node:events'
import type * as HttpModule from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { createStamp } from '../../node/stamp.ts'
import { patchInherited } from '../../probes/patches/inherited.ts'
import { patchMethod } from '../../probes/patches/patch.ts'
import type { Scope } from '../scope/scope.ts'
import type { Session } from '../session.ts'
import { locationOf } from './redirects.ts'
import type { Requests } from './registry.ts'
import { Answer } from './sockets/answer.ts'
import type { Writes } from './sockets/writes.ts'

/** What a server knows a request by. */
export interface Exchange {
  request: IncomingMessage
  /** Missing for an upgrade: it is answered on the socket. */
  response?: ServerResponse
  /** Missing for a request that was injected. */
  socket?: object
}

/** Whose an event is, by its name. */
export type OwnerOf = (event: unknown) => Scope | undefined

/**
 * What runs on a request, its response or its socket is the request's, whosever turn of the loop it runs in: a body in several
 * packets, a pool or an emitter calls back out of the request's async context, and Node itself emits there.
 */
export interface Exchanges {
  /** From here on these objects are the request's. @param answered told of the status, when the head of the answer is written */
  begin(scope: Scope, exchange: Exchange, answered?: (status: number) => void): void
  /**
   * The listeners of one more class of objects are looked after, until the file's end.
   * @param keyOf an object whose owner is also theirs, for those that have none of their own
   */
  include(prototype: object, keyOf?: (emitter: object) => object | undefined): void
  /** What an object emits is, from here on, the work of whoever this says. @param after called when it has emitted one */
  hand(emitter: object, ownerOf: OwnerOf, after?: (event: unknown) => void): void
  /** Starts to look after Node's sockets; returns the stop. */
  start(): () => void
  /** The same for the classes of its HTTP module, which is loaded later or never. */
  startHttp(classes: Pick<typeof HttpModule, 'IncomingMessage' | 'ServerResponse'>): () => void
}

interface Emitter {
  ownerOf: OwnerOf
  after?: ((event: unknown) => void) | undefined
  /** Of a response: the request that it answers. */
  answers?: Scope
}

// Taken at load: tests replace it.
const { listenerCount } = EventEmitter.prototype

const isRedirect = (status: number): boolean => status >= 300 && status < 400

export function createExchanges(session: Session, requests: Requests, writes: Writes): Exchanges {
  const { storage } = session
  /** Of requests, responses, and of sockets while they serve one. */
  const emitters = createStamp<Emitter>()
  let undos = new Map<object, () => void>()

  function around(
    original: (...args: unknown[]) => unknown,
    emitter: object,
    args: unknown[],
    keyOf?: (emitter: object) => object | undefined
  ): unknown {
    const found = emitters.get(emitter) ?? adopt(emitter, keyOf?.(emitter))
    if (found === undefined) return Reflect.apply(original, emitter, args)
    const [event] = args
    const scope = found.ownerOf(event)
    try {
      // Most of what Node emits has no listener.
      if (scope === undefined || Reflect.apply(listenerCount, emitter, [event]) === 0 || scope.includes(storage.getStore()))
        return Reflect.apply(original, emitter, args)
      return session.run(scope, () => Reflect.apply(original, emitter, args))
    } finally {
      found.after?.(event)
    }
  }
  function adopt(emitter: object, key: object | undefined): Emitter | undefined {
    const found = key && emitters.get(key)
    if (found === undefined) return undefined
    const adopted = { ownerOf: found.ownerOf }
    emitters.set(emitter, adopted)
    return adopted
  }
  /** Whoever begins the answer in nobody's turn has most likely worked for it until then. */
  function aroundHead(original: (...args: unknown[]) => unknown, response: unknown, args: unknown[]): unknown {
    const scope = emitters.get(response as object)?.answers
    if (scope !== undefined) session.claim(scope)
    return Reflect.apply(original, response, args)
  }
  function include(prototype: object, keyOf?: (emitter: object) => object | undefined): void {
    if (undos.has(prototype)) return
    undos.set(
      prototype,
      patchInherited(prototype, 'emit', (original, self, args) => around(original, self as object, args, keyOf))
    )
  }
  return {
    begin(scope, { request, response, socket }, answered) {
      const owned: Emitter = { ownerOf: () => scope }
      emitters.set(request, owned)
      requests.know(request, scope)
      const answer = new Answer(answered)
      const end = (status: number | undefined): void => {
        requests.end(scope, status)
        // A connection that is kept serves the next one.
        if (socket !== undefined && emitters.get(socket)?.ownerOf === owned.ownerOf) emitters.delete(socket)
      }
      const closed = (): void => {
        // Of an answer that a handler wrote by hand. Where the request was cut off, Node has answered that it was a bad one.
        end(response?.headersSent === true || !request.complete ? undefined : answer.status)
      }
      if (response !== undefined) {
        emitters.set(response, {
          ownerOf: owned.ownerOf,
          answers: scope,
          after(event) {
            if (event === 'finish') {
              if (isRedirect(response.statusCode)) scope.location = locationOf(response.getHeader('location'), scope.url ?? '')
              end(response.statusCode)
            } else if (event === 'close') closed()
          }
        })
      }
      if (socket === undefined) return
      emitters.set(socket, { ownerOf: owned.ownerOf, after: (event) => void (event === 'close' && closed()) })
      writes.follow(socket, answer)
    },
    hand: (emitter, ownerOf, after) => void emitters.set(emitter, { ownerOf, after }),
    include,
    start() {
      include(Socket.prototype)
      return () => {
        for (const undo of [...undos.values()].toReversed()) undo()
        undos = new Map()
      }
    },
    startHttp({ IncomingMessage, ServerResponse }) {
      for (const { prototype } of [IncomingMessage, ServerResponse]) include(prototype)
      return patchMethod(ServerResponse.prototype, 'writeHead', aroundHead)
    }
  }
}
