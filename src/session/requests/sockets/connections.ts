import { subscribe } from 'node:diagnostics_channel'
import { Socket } from 'node:net'
import { patchMethod } from '../../../probes/patches/patch.ts'
import type { Scope } from '../../scope/scope.ts'
import type { Session } from '../../session.ts'
import { WriterLog } from './writers.ts'
import type { Writes } from './writes.ts'

/** Whose a connection is, by its other end in this process. */
export interface Connections {
  /** Whose it is what a connection that a server has accepted has brought just now. */
  ownerOf(accepted: Address): Owner
  /** The other end, where it is in this process. */
  peerOf(accepted: Address): Socket | undefined
  /** A message for this client's socket was given to whoever writes it. */
  spoke(client: Socket): void
  /** Starts to look after the connections of clients that no channel speaks of; returns the stop. */
  start(): () => void
}

export interface Owner {
  owner: Scope | undefined
  /** Nothing but the time tells: the only test that runs. */
  guessed: boolean
}

/** What is used of an accepted socket; HTTP/2 sessions give no more than that. */
export type Address = Pick<Socket, 'remotePort'>

const MAX_CLIENTS = 2000
/** Then those that are gone are dropped. */
const SWEEP_AT = 100

// Taken at load: tests of what older hosts lack delete it.
const { WeakRef } = globalThis

/** @param fileNow the file that runs: unknown work is its */
export function watchConnections({ storage, openTests }: Session, writes: Writes, fileNow: () => Scope | undefined): Connections {
  let clients: WeakRef<Socket>[] = []
  let sweepAt = SWEEP_AT
  const peers = new WeakMap<Address, WeakRef<Socket>>()
  const scopeNow = (): Scope | undefined => storage.getStore()

  function connects(socket: Socket): void {
    if (logOf(socket) !== undefined) return
    if (clients.length >= sweepAt) {
      clients = clients.filter(isAlive).slice(-MAX_CLIENTS / 2)
      sweepAt = Math.max(SWEEP_AT, Math.min(MAX_CLIENTS, clients.length * 2))
    }
    writes.follow(socket, new WriterLog(scopeNow))
    clients.push(new WeakRef(socket))
  }
  function logOf(socket: Socket): WriterLog | undefined {
    const hearer = writes.hearerOf(socket)
    return hearer instanceof WriterLog ? hearer : undefined
  }
  subscribe('net.client.socket', (message) => connects((message as { socket: Socket }).socket))

  /** Ports cost two system calls for each client: once for each connection, where nothing else tells. */
  function peerOf(accepted: Address): Socket | undefined {
    const kept = peers.get(accepted)?.deref()
    if (kept !== undefined) return kept
    const { remotePort } = accepted
    if (remotePort === undefined) return undefined
    const ref = clients.find((each) => isAlive(each) && portOf(each.deref()) === remotePort)
    if (ref !== undefined) peers.set(accepted, ref)
    return ref?.deref()
  }
  return {
    peerOf,
    spoke: (client) => logOf(client)?.speak(),
    ownerOf(accepted) {
      const peer = peerOf(accepted)
      const writers = peer && logOf(peer)
      const sender = writers?.take()
      if (sender !== undefined && sender.kind !== 'file') return { owner: sender, guessed: false }
      // Several tests have written: it is one of them, and nobody knows which.
      if (writers?.isMixed === true) return { owner: fileNow(), guessed: false }
      const here = accepter(storage.getStore())
      if (here !== undefined && here.kind !== 'file') return { owner: here, guessed: false }
      const [only, ...others] = openTests()
      return only !== undefined && others.length === 0 ? { owner: only, guessed: true } : { owner: fileNow(), guessed: false }
    },
    start() {
      const undo = patchMethod(Socket.prototype, 'connect', (original, self, args) => {
        connects(self as Socket)
        return Reflect.apply(original, self, args)
      })
      return () => {
        undo()
        clients = []
        sweepAt = SWEEP_AT
      }
    }
  }
}

/**
 * Who has accepted the connection. The context of an earlier request on it stays with its parser, and a server that outlives
 * the test that started it serves nobody's requests, not that test's.
 */
function accepter(here: Scope | undefined): Scope | undefined {
  let scope = here
  while (scope?.kind === 'request') scope = scope.parent
  return scope?.whole.endMs === undefined ? scope : undefined
}

/** Node keeps the address that it is asked for: before it is connected, the socket would for ever have none. */
export const portOf = (socket: Socket | undefined): number | undefined => (socket?.connecting === false ? socket.localPort : undefined)

const isAlive = (ref: WeakRef<Socket>): boolean => ref.deref()?.destroyed === false
