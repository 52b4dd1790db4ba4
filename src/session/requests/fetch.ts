import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { createFulfilled } from '../../probes/async/fulfilled.ts'
import { hideOurFrame } from '../../probes/patches/patch.ts'
import { takeStack, type TakenStack } from '../../probes/stacks/stacks.ts'
import type { Scope } from '../scope/scope.ts'
import type { Session } from '../session.ts'
import type { Sender, Senders } from './senders.ts'

// Taken at load: tests of what older hosts lack delete it.
const { WeakRef } = globalThis

/**
 * Joins a `fetch` Response with the request that the server saw. Undici's channels know the socket, but not the
 * Response; so the global `fetch` is wrapped: it runs in a context of its own, by which its request is recognized. Requests by
 * undici's other functions have an owner, too.
 */
export function watchFetch(senders: Senders, { storage, resources, syncCalls }: Session): Fetches {
  const calls = new AsyncLocalStorage<Call>()
  const byRequest = new WeakMap<object, Call | Sent>()
  const responses = createFulfilled<Call>(({ owner }) => owner?.whole.endMs === undefined)
  let unpatch = (): void => {}

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
  const onHeaders = (message: unknown): void => {
    const call = byRequest.get((message as { request: object }).request)
    if (call !== undefined && 'answered' in call) call.answered = true
  }
  subscribe('undici:request:create', onCreate)
  subscribe('undici:request:headers', onHeaders)
  subscribe('undici:client:sendHeaders', onSend)
  /**
   * Gives what the original gives, which may be anything: tests put their own in its place. One function: each frame of ours
   * leaves one less for the user's in the stacks of promises.
   */
  function around(this: FetchHandler, original: Fetch, self: unknown, args: unknown[]): unknown {
    if (this.undone) return Reflect.apply(original, self, args)
    const call: Call = { port: undefined, answered: false, owner: storage.getStore(), stack: takeStack(CALL_FRAMES, around) }
    syncCalls.refresh()
    try {
      const given = calls.run(call, Reflect.apply, original, self, args)
      // Node's own loads crypto and zlib when it is called first, and nobody else had a chance to use them since.
      syncCalls.refresh(true)
      responses.follow(given, call)
      return given
    } catch (error) {
      hideOurFrame(error)
      throw error
    }
  }
  return {
    requestOf: (response) => responses.keyOf(response),
    patch(global) {
      unpatch()
      unpatch = patchFetch(global, around)
      return () => {
        unpatch()
        responses.stop()
      }
    }
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

const isUnderWay = (request: UndiciRequest | undefined): boolean =>
  request !== undefined && request.completed !== true && request.aborted !== true

interface Call extends Sent {
  answered: boolean
  owner: Scope | undefined
  stack: TakenStack
}
const CALL_FRAMES = 24

type Fetch = typeof globalThis.fetch
interface FetchHandler extends ProxyHandler<Fetch> {
  undone: boolean
}

/** What stands behind each of ours: a test may put back one that an earlier file had found. */
const originals = new WeakMap<Fetch, Fetch>()

function patchFetch(global: typeof globalThis, apply: FetchHandler['apply'] & {}): () => void {
  let descriptor = Object.getOwnPropertyDescriptor(global, 'fetch')
  // In vm contexts the runner puts Node's own in place when it is first asked for.
  if (descriptor?.get !== undefined)
    descriptor = typeof global.fetch === 'function' ? Object.getOwnPropertyDescriptor(global, 'fetch') : undefined
  const found = descriptor?.value as unknown
  // Another getter is the environment's or the user's: they may give another one each time.
  if (typeof found !== 'function' || descriptor?.configurable !== true || isMock(found)) return () => {}
  const original = originals.get(found as Fetch) ?? (found as Fetch)
  // A proxy keeps name, length and own keys; the descriptor keeps its shape.
  const handler: FetchHandler = { undone: false, apply }
  const patched = new Proxy(original, handler)
  originals.set(patched, original)
  Object.defineProperty(global, 'fetch', { ...descriptor, value: patched })
  return () => {
    handler.undone = true
    // Somebody may have replaced it since: then it is theirs. By the descriptor: theirs may be a getter, which counts its calls.
    if (Object.getOwnPropertyDescriptor(global, 'fetch')?.value === patched)
      Reflect.defineProperty(global, 'fetch', { ...descriptor, value: original })
  }
}

/** Vitest's and Jest's, Node's, and Sinon's: tests ask whether a global is the very mock that they have put there. */
const isMock = (fn: object): boolean => ['_isMockFunction', 'mock', 'isSinonProxy'].some((key) => Object.hasOwn(fn, key))
