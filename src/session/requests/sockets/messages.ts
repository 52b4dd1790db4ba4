import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { now } from '../../../node/clock.ts'
import { patchMethod } from '../../../probes/patches/patch.ts'
import { Scope } from '../../scope/scope.ts'
import type { Exchanges } from '../exchanges.ts'
import type { Connections } from './connections.ts'

/** What comes over a socket after its upgrade is no request: it is the test's whose client sent it. */
export interface Messages {
  follow(socket: Socket): void
  /** Puts back what was patched. */
  stop(): void
}

/** What libraries build around a socket: `ws` keeps it on the socket by a symbol, and the socket on it as `_socket`. */
type Carrier = EventEmitter & { _socket?: unknown; send?: unknown }

/** Events by which something arrives; others tell of what came before. */
const ARRIVALS: ReadonlySet<unknown> = new Set(['data', 'readable', 'end'])

export function createMessages(connections: Connections, exchanges: Exchanges): Messages {
  const likely = new WeakMap<Scope, Scope>()
  let speakers = new Map<object, () => void>()

  /** A part of the test, which findings tell as likely its own. */
  function likelyOf(test: Scope): Scope {
    const known = likely.get(test)
    if (known !== undefined) return known
    const scope = new Scope({
      kind: 'function',
      name: test.name,
      parent: test,
      thresholds: test.thresholds,
      startMs: now(),
      lag: false,
      guessed: true
    })
    likely.set(test, scope)
    return scope
  }
  /** A client that compresses writes when the compressor calls back, in the context of whoever used that first. */
  function hearSpeaker(socket: Socket): void {
    for (const carrier of carriersOf(socket)) {
      const prototype = Object.getPrototypeOf(carrier) as object
      if (speakers.has(prototype)) continue
      speakers.set(
        prototype,
        patchMethod(prototype, 'send', (original, self, args) => {
          const { _socket: client } = self as { _socket?: Socket }
          if (client) connections.spoke(client)
          return Reflect.apply(original, self, args)
        })
      )
    }
  }
  return {
    follow(socket) {
      let last: Scope | undefined
      let seen = false
      function begin(): void {
        seen = true
        for (const carrier of carriersOf(socket)) {
          exchanges.include(Object.getPrototypeOf(carrier) as object)
          exchanges.hand(carrier, () => living(last))
        }
        const client = connections.peerOf(socket)
        if (client !== undefined) hearSpeaker(client)
      }
      exchanges.hand(socket, (event) => {
        if (event === 'data' && !seen) begin()
        if (ARRIVALS.has(event)) {
          const { owner, guessed } = connections.ownerOf(socket)
          last = owner !== undefined && guessed ? likelyOf(owner) : owner
        }
        return living(last)
      })
    },
    stop() {
      for (const undo of speakers.values()) undo()
      speakers = new Map()
    }
  }
}

const living = (scope: Scope | undefined): Scope | undefined => (scope?.whole.endMs === undefined ? scope : undefined)

function carriersOf(socket: Socket): Carrier[] {
  const values = Object.getOwnPropertySymbols(socket).map((symbol) => Object.getOwnPropertyDescriptor(socket, symbol)?.value as unknown)
  return values.filter((value): value is Carrier => value instanceof EventEmitter && (value as Carrier)._socket === socket)
}
