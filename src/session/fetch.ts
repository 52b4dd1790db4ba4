import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { takeStack, type TakenStack } from '../probes/stacks.ts'
import type { Sender, Senders } from './requests/senders.ts'
import type { Scope } from './scope.ts'
import type { Session } from './session.ts'

// Taken at load: tests of what older hosts lack delete it.
const { WeakRef } = globalThis

/**
 * Joins a `fetch` Response with the request that the server saw. Undici's channels know the socket, but not the
 * Response; so the global `fetch` is wrapped: it runs in a context of its own, by which its request is recognized. Requests by
 * undici's other functions have an owner, too.
 */
export function watchFetch(senders: Senders, { storage, resources }: Session): Fetches {
  const calls = new AsyncLocalStorage<Call>()
  const byRequest = new WeakMap<object, Call | Sent>()
  const responses = new WeakMap<object, Call>()

  const onCreate = (message: unknown): void => {
    const { request } = message as { request: UndiciRequest }
    const call = calls.getStore()
    const sent = call ?? { port: undefined }
    sent.port = undefined
    byRequest.set(request, sent)
    const { method, path } = request
    const host = hostOf(request)
    const ref = new WeakRef(sent)
    const asked = new WeakRef(request)
    const caller = call && new WeakRef(call)
    const sender: Sender = {
      matches: (by, url, at) => method === by && path === url && host === at,
      port: () => ref.deref()?.port,
      key: () => caller?.deref(),
      isWaiting: () => (caller === undefined ? isUnderWay(asked.deref()) : caller.deref()?.answered === false)
    }
    senders.sent(sender, storage.getStore())
  }
  const onSend = (message: unknown): void => {
    const { request, socket } = message as { request: object; socket: Socket }
    const sent = byRequest.get(request)
    if (sent === undefined) return
    sent.port = socket.localPort
    // A body that is never read holds the connection: the call is to blame, not who opened it.
    const { _handle: handle } = socket as { _handle?: object | null }
    if ('owner' in sent && handle && sent.owner !== undefined) resources.claim(handle, sent.owner, sent.stack)
  }
  subscribe('undici:request:create', onCreate)
  subscribe('undici:client:sendHeaders', onSend)
  const around: Around = (original, self, args) => {
    const call: Call = { port: undefined, answered: false, owner: storage.getStore(), stack: takeStack(CALL_FRAMES, around) }
    const promise = calls.run(call, () => Reflect.apply(original, self, args))
    return promise.then((response) => {
      call.answered = true
      responses.set(response, call)
      return response
    })
  }
  return {
    requestOf: (response) => responses.get(response),
    patch: (global) => patchFetch(global, around)
  }
}

export interface Fetches {
  requestOf(response: object): object | undefined
  /** Wraps the `fetch` of one global object (each file has its own in vm pools) and returns the undo. */
  patch(global: typeof globalThis): () => void
}

/** What is used of undici's requests. */
interface UndiciRequest {
  method: string
  path: string
  origin: string | URL
  /** The header, where the caller set it. */
  host?: string | null
  completed?: boolean
  aborted?: boolean
}

const hostOf = ({ host, origin }: UndiciRequest): string => host ?? new URL(origin).host

/** A request by undici itself; a library's pool may write it in anybody's turn. */
interface Sent {
  port: number | undefined
}

const isUnderWay = (request: UndiciRequest | undefined): boolean => request !== undefined && request.completed !== true && request.aborted !== true

interface Call extends Sent {
  answered: boolean
  owner: Scope | undefined
  stack: TakenStack
}
const CALL_FRAMES = 24

type Fetch = typeof globalThis.fetch
type Around = (original: Fetch, self: unknown, args: Parameters<Fetch>) => ReturnType<Fetch>

function patchFetch(global: typeof globalThis, around: Around): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(global, 'fetch')
  const original = global.fetch
  if (descriptor === undefined || typeof original !== 'function') return () => {}
  // A proxy keeps name, length and own keys; the descriptor keeps its shape.
  const patched = new Proxy(original, { apply: (target, self, args) => around(target, self, args as Parameters<Fetch>) })
  const { configurable = false, enumerable = false } = descriptor
  Object.defineProperty(global, 'fetch', { value: patched, writable: true, configurable, enumerable })
  return () => {
    // Somebody may have replaced it since: then it is theirs.
    if (global.fetch === patched) Object.defineProperty(global, 'fetch', descriptor)
  }
}
