/* oxlint-disable unicorn/no-thenable, no-extend-native -- what odd programs do is what is tested here */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { createFulfilled, type Fulfilled } from '../../../src/probes/async/fulfilled.ts'

let fulfilled: Fulfilled<string> | undefined
const start = (): Fulfilled<string> => (fulfilled = createFulfilled<string>())
afterEach(() => fulfilled?.stop())

async function listen(): Promise<string> {
  const server = createServer((_request, response) => void response.end('hello')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('a Response is known by its call as soon as the caller has it, and the promise is the very one', async () => {
  const url = await listen()
  const { follow, keyOf } = start()
  const promises = ['a', 'b', 'c'].map((key) => {
    const promise = fetch(url)
    expect(follow(promise, key)).toBe(undefined)
    return promise
  })
  // Each is asked in the very job that goes on with it.
  const keys = await Promise.all(promises.map(async (promise) => keyOf(await promise)))
  expect(keys).toEqual(['a', 'b', 'c'])
  await turn()
  expect(keyOf((await promises[1])!)).toBe('b')
  expect(keyOf(new Response())).toBe(undefined)
})

const THEN = 'then'
const VALUE = {}
const KINDS: [string, () => Promise<object>][] = [
  ['resolved already', () => Promise.resolve(VALUE)],
  ['an async function that does not wait', async () => VALUE],
  ['an async function that waits', async () => (await turn(), VALUE)],
  ['one that follows another one', async () => new Promise((resolve) => void setTimeout(resolve, 5, VALUE))],
  ['one made by hand that follows another one', () => new Promise((resolve) => resolve(sleep(5, VALUE)))],
  ['one that follows two', () => new Promise((resolve) => resolve((async () => sleep(5, VALUE))()))]
]
test.each(KINDS)('a promise: %s', async (_name, make) => {
  const { follow, keyOf } = start()
  const promise = make()
  follow(promise, 'key')
  expect(keyOf(await promise)).toBe('key')
})

test('a rejection that nobody handles is told of the promise itself, one that somebody handles is not', async () => {
  const seen: unknown[] = []
  const theirs = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (_reason, promise) => seen.push(promise))
  const { follow } = start()
  const dropped = [
    Promise.reject(new Error('at once')),
    (async () => {
      throw new Error('async')
    })(),
    sleep(5).then(() => {
      throw new Error('later')
    })
  ]
  const handled = [
    Promise.reject(new Error('at once')),
    sleep(5).then(() => {
      throw new Error('later')
    })
  ]
  for (const promise of [...dropped, ...handled]) follow(promise, 'key')
  for (const promise of handled) promise.catch(() => {})
  await sleep(30)
  process.removeAllListeners('unhandledRejection')
  for (const listener of theirs) process.on('unhandledRejection', listener)
  expect(new Set(seen)).toEqual(new Set(dropped))
  expect(seen).toHaveLength(dropped.length)
})

test('what is no plain promise is left alone', () => {
  const touched: string[] = []
  const spy = (name: string): never => {
    touched.push(name)
    throw new Error(name)
  }
  class Mine<T> extends Promise<T> {
    static made = 0
    constructor(run: ConstructorParameters<typeof Promise<T>>[0]) {
      super(run)
      Mine.made++
    }
  }
  Object.defineProperty(Mine.prototype, THEN, { value: () => spy('then of a subclass') })
  const { follow } = start()
  const thenable = Object.defineProperty({}, THEN, { get: () => spy('then of a thenable') })
  const odd = Object.defineProperty(Promise.resolve(1), 'constructor', { get: () => spy('constructor') })
  const things = [
    undefined,
    null,
    42,
    'text',
    {},
    thenable,
    new Mine(() => {}),
    odd,
    Object.create(Promise.prototype),
    new Proxy(Promise.resolve(), { get: () => spy('a proxy') })
  ]
  for (const thing of things) follow(thing, 'key')
  expect(Mine.made).toBe(1)
  expect(touched).toEqual([])
})

test('values that are printed in their own way, or cannot be changed, or are nothing to know', async () => {
  const { follow, keyOf } = start()
  const frozen = Object.freeze({})
  const printed = { [Symbol.for('nodejs.util.inspect.custom')]: () => 'mine' }
  const before = Object.getOwnPropertyDescriptors(printed)
  const promises = [frozen, printed, 42, null].map((value) => {
    const promise = Promise.resolve(value)
    follow(promise, String(value))
    return promise
  })
  expect(keyOf(printed)).toBe('[object Object]')
  expect(Object.getOwnPropertyDescriptors(printed)).toEqual(before)
  expect(keyOf({})).toBe(undefined)
  await Promise.all(promises)
  expect(keyOf(frozen)).toBe('[object Object]')
})

test('nobody calls the then() that a test has put in the place of the real one', async () => {
  const { then } = Promise.prototype
  const { follow, keyOf } = start()
  const promise = (async () => (await turn(), VALUE))()
  let calls = 0
  function counting(this: Promise<unknown>, ...args: unknown[]): unknown {
    if (this === promise) calls++
    return Reflect.apply(then, this, args)
  }
  Object.defineProperty(Promise.prototype, THEN, { value: counting, configurable: true, writable: true })
  try {
    follow(promise, 'key')
    await promise
    await turn()
  } finally {
    Object.defineProperty(Promise.prototype, THEN, { value: then, configurable: true, writable: true })
  }
  expect(calls).toBe(0)
  expect(keyOf(VALUE)).toBe('key')
})
