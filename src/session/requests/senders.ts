import type { Scope } from '../scope/scope.ts'
import type { Address } from './sockets/connections.ts'

/** The client side of a request. It refers weakly to the client's objects: they live as long as the test lets them. */
export interface Sender {
  matches(method: string, url: string, host: string): boolean
  /** Of its socket, once that is connected. Asking takes a system call. */
  port(): number | undefined
  /** What its response is known by; nothing once it was collected. */
  key(): object | undefined
  /** Whether its server side can still come. */
  isWaiting(): boolean
}

/** Who sends, until the server side of the request is seen. */
export interface Senders {
  sent(sender: Sender, scope: Scope | undefined): void
  /** Takes the one that asked for this. */
  take(request: { method: string; url: string; host: string }, socket: Address): { sender: Sender; scope: Scope | undefined } | undefined
  clear(): void
}

/** Client requests that wait for their server side. Those to other processes never meet one. */
const MAX_WAITING = 2000
/** Then those that need not wait any more are dropped. */
const SWEEP_AT = 100

/**
 * The two sides meet by what was asked of whom, and by their TCP port where several ask for the same: no header is touched, and
 * a server from `beforeAll` serves each test's requests as that test's.
 */
export function createSenders(): Senders {
  let waiting: { sender: Sender; scope: Scope | undefined }[] = []
  let sweepAt = SWEEP_AT
  return {
    sent(sender, scope) {
      if (waiting.length >= sweepAt) {
        waiting = waiting.filter((each) => each.sender.isWaiting())
        if (waiting.length === MAX_WAITING) waiting.shift()
        sweepAt = Math.max(SWEEP_AT, Math.min(MAX_WAITING, waiting.length * 2))
      }
      waiting.push({ sender, scope })
    },
    take({ method, url, host }, socket) {
      const asked = waiting.filter(({ sender }) => sender.matches(method, url, host))
      // A socket's two ports are two system calls, 8 µs: only where they have to decide.
      const client = asked.length < 2 ? asked[0] : asked.find(({ sender }) => isPeer(sender, socket))
      if (client !== undefined) waiting.splice(waiting.indexOf(client), 1)
      return client
    },
    clear() {
      waiting = []
      sweepAt = SWEEP_AT
    }
  }
}

/** A pipe has no ports. */
const isPeer = (sender: Sender, { remotePort }: Address): boolean => remotePort !== undefined && sender.port() === remotePort
