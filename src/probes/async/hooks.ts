import { type AsyncLocalStorage, createHook, executionAsyncResource } from 'node:async_hooks'
import { types } from 'node:util'
import { promiseHooks } from 'node:v8'
import { now } from '../../node/clock.ts'
import type { Breadcrumbs } from '../cpu-profile/breadcrumbs.ts'
import type { Slices } from '../event-loop/slices.ts'
import type { Promises } from './promises/promises.ts'
import type { Resources } from './resources/resources.ts'
import type { Tasks } from './tasks.ts'

/**
 * Promises of one turn after which no more are followed until it ends: their lists have long been full, and the hooks that follow
 * them are two thirds of what an `await` costs.
 */
const FLOOD = 5000

/**
 * What the hooks of one promise or resource take of the stretch that makes it, besides its stack, and at the least: 0.3 µs on the
 * faster one of two machines (a pending promise costs 0.001 µs without them). In a burst that is some milliseconds.
 */
const INIT_MS = 0.0003

/** Before Node 24 `async_hooks` track promises, whatever one asks for: their continuations are callbacks, too. */
const PROMISES_ARE_CALLBACKS = Number.parseInt(process.versions.node) < 24

/** Callbacks of a turn that are no promise's. */
export const otherCallbacks = ({ callbacks, microtasks }: TurnCounts): number =>
  PROMISES_ARE_CALLBACKS ? Math.max(0, callbacks - microtasks) : callbacks

/** How often the hooks were called: their cost is too small to time each call. */
export interface HookCounts {
  promise: number
  resource: number
}

/** What started in the running turn of the loop. */
export interface TurnCounts {
  microtasks: number
  ticks: number
  callbacks: number
}

export interface Hooks<Owner> {
  counts: HookCounts
  /** Called at the start of every callback while set: used for a few turns after a stall, to find its victims. */
  onStart: ((at: number, owner: Owner | undefined) => void) | undefined
  /** A turn of the loop has ended: promises are followed again, if there were too many in it. */
  turnEnded(): void
  /** Installs the hooks; until then, and after `stop`, nothing is seen and nothing costs. */
  start(): void
  stop(): void
  /** Undoes a `stop`, in whatever state that found the hooks. */
  resume(): void
  /** Sees resources only, until `start`: what modules start while they are loaded. */
  startLoading(): void
}

/** Whom the hooks tell. */
export interface Watchers<Owner> {
  slices: Slices<Owner>
  tasks: Tasks<Owner>
  promises: Promises<Owner>
  resources: Resources<Owner>
  breadcrumbs: Breadcrumbs
}

/**
 * Cuts a slice at each start of a callback or continuation and tells the tasks probe. Promises are hooked through
 * `v8.promiseHooks`, everything else through `async_hooks`, which on Node ≥ 24 leaves promises unmarked when it is told
 * not to track them. Inside `before`, the store is already the continuation's own, for both.
 */
export function createHooks<Owner extends { turn: TurnCounts; kind: string }>(
  storage: AsyncLocalStorage<Owner>,
  { slices, tasks, promises, resources, breadcrumbs }: Watchers<Owner>,
  wantsBreadcrumbs: () => boolean
): Hooks<Owner> {
  const counts: HookCounts = { promise: 0, resource: 0 }
  let stopPromises: (() => void) | undefined
  let inits = 0
  let following = false
  let running = false
  const hooks: Hooks<Owner> = { counts, onStart: undefined, turnEnded, start, stop, resume, startLoading }

  function begin(): TurnCounts | undefined {
    const at = now()
    const owner = storage.getStore()
    slices.cut(at, owner)
    hooks.onStart?.(at, owner)
    return owner?.turn
  }
  function beginMicrotask(): void {
    counts.promise++
    const turn = begin()
    if (turn !== undefined) turn.microtasks++
  }
  const followed = {
    init(promise: object, parent: object | undefined) {
      inits++
      slices.excludeMs(INIT_MS)
      const owner = storage.getStore()
      if (owner !== undefined) slices.claim(owner)
      tasks.initPromise(promise, parent, owner)
      promises.init(promise, parent, owner, followed.init)
      if (wantsBreadcrumbs()) breadcrumbs.drop()
      if (inits > FLOOD) unfollow()
    },
    before(promise: object) {
      beginMicrotask()
      tasks.beforePromise(promise)
      promises.before(promise)
    },
    settled(promise: object) {
      if (wantsBreadcrumbs()) breadcrumbs.drop()
      tasks.settled(promise)
      const maker = promises.settled(promise)
      // What runs may be a part of the request that waits for it.
      if (maker?.kind === 'request') slices.involve(maker)
    }
  }
  const others = createHook({
    init(id, type, _trigger, resource) {
      slices.excludeMs(INIT_MS)
      const owner = storage.getStore()
      // Its context was entered without a hook.
      if (owner !== undefined) slices.claim(owner)
      tasks.initResource(id, type, resource, owner)
      resources.init(id, type, resource)
      // A tick runs in the turn that it is made in; what starts does not tell its type.
      if (type === 'TickObject' && owner !== undefined) owner.turn.ticks++
      if (wantsBreadcrumbs()) breadcrumbs.drop()
    },
    before(id) {
      counts.resource++
      // Before Node 24 this is called for continuations, too, where most stacks that are not read yet will never be.
      if (!PROMISES_ARE_CALLBACKS || !types.isPromise(executionAsyncResource())) {
        promises.flush()
        promises.callback()
      }
      resources.before(id)
      const turn = begin()
      if (turn !== undefined) turn.callbacks++
      tasks.beforeResource(id)
    },
    trackPromises: false
  })

  const loading = createHook({
    init: (id, type, _trigger, resource) => resources.init(id, type, resource),
    before: (id) => resources.before(id),
    trackPromises: false
  })

  /** All that slices need. */
  const startsOnly = { before: beginMicrotask }
  function install(callbacks: object): void {
    stopPromises?.()
    stopPromises = promiseHooks.createHook(callbacks as Parameters<typeof promiseHooks.createHook>[0]) as () => void
  }
  function turnEnded(): void {
    inits = 0
    if (running) follow()
  }
  function follow(): void {
    if (following) return
    following = true
    install(followed)
  }
  function unfollow(): void {
    following = false
    promises.blind()
    install(startsOnly)
  }
  function startLoading(): void {
    loading.enable()
  }
  function start(): void {
    loading.disable()
    following = false
    running = true
    inits = 0
    follow()
    others.enable()
  }
  function stop(): void {
    running = false
    promises.blind()
    others.disable()
    stopPromises?.()
    stopPromises = undefined
  }
  function resume(): void {
    running = true
    install(following ? followed : startsOnly)
    others.enable()
  }
  return hooks
}
