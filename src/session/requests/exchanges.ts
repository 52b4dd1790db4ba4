import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { patchMethod } from '../../probes/patch.ts'
import { patchInherited } from '../../probes/patches/inherited.ts'
import type { Scope } from '../scope.ts'
import type { Session } from '../session.ts'
import type { Requests } from './registry.ts'

/** What a server knows a request by. */
export interface Exchange {
  request: object
  response: object
  /** Missing for a request that was injected. */
  socket?: object
}

/**
 * What runs on a request, its response or its socket is the request's, whosever turn of the loop it runs in: a body in several
 * packets, a pool or an emitter calls back out of the request's async context, and Node itself emits there.
 */
export interface Exchanges {
  /** From here on these objects are the request's. */
  begin(scope: Scope, exchange: Exchange): void
  /** The listeners of one more class of objects are looked after. */
  include(prototype: object): void
  /** What a socket emits is, from here on, the work of whoever this says. */
  hand(socket: object, ownerOf: () => Scope | undefined): void
  /** Starts to look after Node's own classes; returns the stop. */
  start(): () => void
}

export function createExchanges(session: Session, requests: Requests): Exchanges {
  const { storage } = session
  /** Of requests, responses, and of sockets while they serve one. */
  const owners = new WeakMap<object, () => Scope | undefined>()
  const responses = new WeakMap<object, Scope>()
  const sockets = new WeakMap<Scope, object>()
  const included = new WeakSet<object>()

  function around(original: (...args: unknown[]) => unknown, emitter: unknown, args: unknown[]): unknown {
    const owner = owners.get(emitter as object)
    if (owner === undefined) return Reflect.apply(original, emitter, args)
    const scope = owner()
    const emit = (): unknown => Reflect.apply(original, emitter, args)
    try {
      return scope === undefined || scope.includes(storage.getStore()) ? emit() : session.run(scope, emit)
    } finally {
      const answered = args[0] === 'finish' || args[0] === 'close' ? responses.get(emitter as object) : undefined
      if (answered !== undefined) end(answered, args[0] === 'finish' ? (emitter as ServerResponse).statusCode : undefined)
    }
  }
  /** Whoever begins the answer in nobody's turn has most likely worked for it until then. */
  function aroundHead(original: (...args: unknown[]) => unknown, response: unknown, args: unknown[]): unknown {
    const scope = responses.get(response as object)
    if (scope !== undefined) session.claim(scope)
    return Reflect.apply(original, response, args)
  }
  function end(scope: Scope, status: number | undefined): void {
    requests.end(scope, status)
    const socket = sockets.get(scope)
    sockets.delete(scope)
    // A connection that is kept serves the next one.
    if (socket !== undefined && owners.get(socket)?.() === scope) owners.delete(socket)
  }
  return {
    begin(scope, { request, response, socket }) {
      const owner = (): Scope => scope
      owners.set(request, owner)
      owners.set(response, owner)
      responses.set(response, scope)
      requests.know(request, scope)
      if (socket === undefined) return
      owners.set(socket, owner)
      sockets.set(scope, socket)
    },
    hand: (socket, ownerOf) => void owners.set(socket, ownerOf),
    include(prototype) {
      if (included.has(prototype)) return
      included.add(prototype)
      patchInherited(prototype, 'emit', around)
    },
    start() {
      const undos = [IncomingMessage, ServerResponse, Socket].map(({ prototype }) => patchInherited(prototype, 'emit', around))
      undos.push(patchMethod(ServerResponse.prototype, 'writeHead', aroundHead))
      return () => undos.toReversed().forEach((undo) => undo())
    }
  }
}
