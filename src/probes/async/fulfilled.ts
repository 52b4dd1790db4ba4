import { inspect, types } from 'node:util'
import { promiseHooks } from 'node:v8'
import { stateOfPromise } from '../../node/resources/promise-state.ts'

// Taken at load: tests replace and count them.
const { then } = Promise.prototype
const { apply, defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf } = Reflect
const DONE = Promise.resolve()

/**
 * Knows which value came of which promise, without a trace on the promise. Who calls `then` on a promise counts as somebody
 * who handles its rejection, and what `then` gives is another promise, a turn later: so nothing is called before a promise
 * is known to be fulfilled.
 */
export interface Fulfilled<Key> {
  /** What a promise is fulfilled with will be known by a key. Anything else, subclasses of `Promise` included, is left alone. */
  follow(promise: unknown, key: Key): void
  keyOf(value: object): Key | undefined
  /** Forgets those that are still pending. */
  stop(): void
}

/** @param isWanted whether anybody will still ask for the value: who asks counts as somebody who waits for the promise */
export function createFulfilled<Key>(isWanted: (key: Key) => boolean = () => true): Fulfilled<Key> {
  const keys = new WeakMap<object, Key>()
  let pending = new WeakMap<object, Key>()
  let count = 0
  /** Fulfilled in the running job; who waits for them may run before we get the value. */
  const fresh = new Map<Promise<unknown>, Key>()
  let unhook: (() => void) | undefined

  function onSettled(promise: Promise<unknown>): void {
    // It is still pending here, and how it ends is not told: the next job will see, before those that wait for the promise.
    if (pending.has(promise)) apply(then, DONE, [() => look(promise)])
  }
  function look(promise: Promise<unknown>): void {
    const key = pending.get(promise)
    if (key === undefined) return
    const { state } = stateOfPromise(promise)
    if (state === 'pending') return
    pending.delete(promise)
    if (--count === 0) stopHook()
    if (state === 'fulfilled' && isWanted(key)) take(promise, key)
  }
  function take(promise: Promise<unknown>, key: Key): void {
    fresh.set(promise, key)
    apply(then, promise, [(value: unknown) => note(promise, value)])
  }
  function note(promise: Promise<unknown>, value: unknown): void {
    const key = fresh.get(promise)
    fresh.delete(promise)
    if (typeof value === 'object' && value !== null && key !== undefined) keys.set(value, key)
  }
  function stopHook(): void {
    unhook?.()
    unhook = undefined
  }
  return {
    follow(promise, key) {
      if (!isPlainPromise(promise)) return
      const { state } = stateOfPromise(promise)
      if (state === 'fulfilled') take(promise, key)
      if (state !== 'pending' || pending.has(promise)) return
      pending.set(promise, key)
      count++
      unhook ??= promiseHooks.onSettled(onSettled as () => void) as () => void
    },
    keyOf(value) {
      for (const promise of fresh.keys()) if (gives(promise, value)) note(promise, value)
      return keys.get(value)
    },
    stop() {
      pending = new WeakMap()
      count = 0
      stopHook()
    }
  }
}

/** Nobody's code runs when `then` is called on it: a subclass makes another one of itself for that. */
function isPlainPromise(value: unknown): value is Promise<unknown> {
  if (!types.isPromise(value) || getOwnPropertyDescriptor(value, 'constructor') !== undefined) return false
  const prototype = getPrototypeOf(value)
  const base = prototype && getPrototypeOf(prototype)
  // In vm pools it may be another realm's.
  return base !== null && getPrototypeOf(base) === null && getOwnPropertyDescriptor(prototype!, 'constructor')?.get === undefined
}

/** Whether a fulfilled promise has this value: printing the promise asks the value how it wants to be printed. */
function gives(promise: Promise<unknown>, value: object): boolean {
  const before = getOwnPropertyDescriptor(value, inspect.custom)
  let asked = false
  const custom = (): string => {
    asked = true
    return ''
  }
  if (!defineProperty(value, inspect.custom, { value: custom, configurable: true })) return false
  try {
    inspect(promise, { depth: 0 })
    return asked
  } finally {
    if (before === undefined) deleteProperty(value, inspect.custom)
    else defineProperty(value, inspect.custom, before)
  }
}
