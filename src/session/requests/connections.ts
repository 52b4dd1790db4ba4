import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import type { Scope } from '../scope.ts'
import type { Session } from '../session.ts'

/** Whose a connection is, by its other end in this process. */
export interface Connections {
  /** Of a connection that a server has accepted. @returns `guessed` where nothing but the time tells */
  ownerOf(accepted: Socket): Owner
  /** From here on each write of the other end says whose what arrives is: several tests may share a connection. */
  followWrites(accepted: Socket): void
  clear(): void
}

export interface Owner {
  owner: Scope | undefined
  guessed: boolean
}

interface Client {
  socket: WeakRef<Socket>
  scope: Scope | undefined
}

const MAX_CLIENTS = 2000

// Taken at load: tests of what older hosts lack delete it.
const { WeakRef } = globalThis

export function watchConnections({ storage, openTests }: Session): Connections {
  let clients: Client[] = []
  const writers = new WeakMap<Socket, Scope | undefined>()

  subscribe('net.client.socket', (message) => {
    const { socket } = message as { socket: Socket }
    if (clients.length === MAX_CLIENTS) clients = clients.filter(isAlive).slice(-MAX_CLIENTS / 2)
    clients.push({ socket: new WeakRef(socket), scope: storage.getStore() })
  })
  /** The other end of a connection. It costs two system calls for each client, and is asked where nothing else tells. */
  function peerOf({ remotePort }: Socket): { socket: Socket; scope: Scope | undefined } | undefined {
    if (remotePort === undefined) return undefined
    for (const { socket: ref, scope } of clients) {
      const socket = ref.deref()
      if (socket !== undefined && !socket.destroyed && socket.localPort === remotePort) return { socket, scope }
    }
    return undefined
  }
  /** A server that outlives the test that started it serves nobody's requests, not that test's. */
  const living = (scope: Scope | undefined): Scope | undefined => (scope?.whole.endMs === undefined ? scope : undefined)
  return {
    ownerOf(accepted) {
      const peer = peerOf(accepted)
      const sender = peer && living(writers.has(peer.socket) ? writers.get(peer.socket) : peer.scope)
      if (sender !== undefined && sender.kind !== 'file') return { owner: sender, guessed: false }
      const here = living(storage.getStore())
      if (here !== undefined && here.kind !== 'file') return { owner: here, guessed: false }
      const [only, ...others] = openTests()
      return only !== undefined && others.length === 0 ? { owner: only, guessed: true } : { owner: here ?? sender, guessed: false }
    },
    followWrites(accepted) {
      const socket = peerOf(accepted)?.socket
      if (socket === undefined || Object.hasOwn(socket, 'write')) return
      const { write } = socket
      writers.set(socket, undefined)
      const followed = new Proxy(write, {
        apply(target, self: Socket, args) {
          writers.set(self, storage.getStore())
          return Reflect.apply(target, self, args) as unknown
        }
      })
      Object.defineProperty(socket, 'write', { value: followed, writable: true, configurable: true, enumerable: false })
    },
    clear() {
      clients = []
    }
  }
}

const isAlive = ({ socket }: Client): boolean => socket.deref()?.destroyed === false
