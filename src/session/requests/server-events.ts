import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { patchInherited } from '../../probes/patches/inherited.ts'
import type { Around } from '../../probes/patches/patch.ts'
import type { Session } from '../session.ts'
import type { Exchanges } from './exchanges.ts'
import type { HttpServers } from './http.ts'
import type { Requests } from './registry.ts'

export interface ServerTools {
  requests: Requests
  exchanges: Exchanges
  servers: HttpServers
  /** Told of each socket that was upgraded: what it brings from there on are messages. */
  upgraded(socket: Socket): void
}

export interface ServerEvents {
  /** One more class of servers emits requests: secure HTTP/2 servers serve older clients, too. */
  include(server: object): void
  /** Starts with one of Node's own classes; returns the stop. */
  start(of: { Server: { prototype: object } }): () => void
  stop(): void
}

/**
 * A server emits its requests: that runs the handlers, in the scope of the request. An upgrade, or a `CONNECT`, is a request until
 * it is answered, and no HTTP channel speaks of it; what its socket brings after that are messages.
 */
export function watchServerEvents(session: Session, { requests, exchanges, servers, upgraded }: ServerTools): ServerEvents {
  let undos = new Map<object, () => void>()

  const around: Around = (original, server, args) => {
    const [event, request, socket] = args as [unknown, IncomingMessage | undefined, Socket]
    if (typeof request !== 'object' || request === null) return Reflect.apply(original, server, args)
    const emit = (): unknown => Reflect.apply(original, server, args)
    const known = requests.scopeOf(request)
    if (known !== undefined) return session.run(known, emit)
    if (event !== 'upgrade' && event !== 'connect') return emit()
    const scope = servers.arrived(request, socket)
    exchanges.begin(scope, { request, socket }, (status) => {
      requests.end(scope, status)
      upgraded(socket)
    })
    return session.run(scope, emit)
  }
  function include(prototype: object): void {
    if (!undos.has(prototype)) undos.set(prototype, patchInherited(prototype, 'emit', around))
  }
  return {
    include(server) {
      // What a class has, its subclasses have.
      const isIncluded = [...undos.keys()].some((prototype) => Object.prototype.isPrototypeOf.call(prototype, server))
      if (!isIncluded) include(Object.getPrototypeOf(server) as object)
    },
    start({ Server: { prototype } }) {
      include(prototype)
      return () => {
        undos.get(prototype)?.()
        undos.delete(prototype)
      }
    },
    stop() {
      for (const undo of [...undos.values()].toReversed()) undo()
      undos = new Map()
    }
  }
}
