import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'
import { EventEmitterAsyncResource } from 'node:events'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { watchAsyncScopes } from '../../../src/probes/patches/async-scopes.ts'

const storage = new AsyncLocalStorage<string>()
let seen: string[]
let stop: () => void

beforeEach(() => {
  seen = []
  stop = watchAsyncScopes(() => {
    const outer = storage.getStore()
    return { entered: () => void seen.push(`${outer} > ${storage.getStore()}`), left: () => void seen.push(`< ${storage.getStore()}`) }
  })
})
afterEach(() => stop())

/** Makes something in one context, and calls it in another one. */
const callLater = <T>(make: () => T, call: (made: T) => void): void => {
  const made = storage.run('request', make)
  storage.run('pool', () => call(made))
}

describe('a callback in the context that it was bound to', () => {
  test.each<[string, () => (callback: () => void) => void]>([
    [
      'AsyncResource',
      () => {
        const resource = new AsyncResource('Query')
        return (callback) => resource.runInAsyncScope(callback)
      }
    ],
    ['AsyncResource.bind', () => AsyncResource.bind((callback: () => void) => callback())],
    ['AsyncLocalStorage.bind', () => AsyncLocalStorage.bind((callback: () => void) => callback())],
    ['AsyncLocalStorage.snapshot', () => AsyncLocalStorage.snapshot()],
    [
      'EventEmitterAsyncResource',
      () => {
        const emitter = new EventEmitterAsyncResource({ name: 'Pool' })
        return (callback) => {
          emitter.once('row', callback)
          emitter.emit('row')
        }
      }
    ]
  ])('%s', (_, make) => {
    let inside: string | undefined
    callLater(make, (run) => run(() => void (inside = storage.getStore())))
    expect(inside).toBe('request')
    expect(seen).toEqual(['pool > request', '< pool'])
  })
})

test('inside one another', () => {
  const inner = storage.run('inner', () => new AsyncResource('Inner'))
  callLater(
    () => new AsyncResource('Outer'),
    (outer) => outer.runInAsyncScope(() => inner.runInAsyncScope(() => {}))
  )
  expect(seen).toEqual(['pool > request', 'request > inner', '< request', '< pool'])
})

test("what is returned, thrown, given and `this` are the callback's", () => {
  const resource = new AsyncResource('Query')
  const self = {}
  const called = resource.runInAsyncScope(
    function (this: unknown, ...args: number[]) {
      return [this, ...args]
    },
    self,
    1,
    2
  )
  expect(called).toEqual([self, 1, 2])
  expect(called[0]).toBe(self)
  const error = new RangeError('by the callback')
  expect(() =>
    resource.runInAsyncScope(() => {
      throw error
    })
  ).toThrow(error)
  expect(seen.at(-1)).toBe('< undefined')
})

test('no function: as without the plugin', () => {
  const resource = new AsyncResource('Query')
  const call = (): unknown => (resource.runInAsyncScope as (callback: unknown) => unknown)(undefined)
  expect(call).toThrow(TypeError)
  stop()
  expect(call).toThrow(TypeError)
})

test('the stop leaves what was there, and nothing is seen from then on', () => {
  const bound = AsyncResource.bind(() => {})
  const watched = AsyncResource.prototype.runInAsyncScope
  stop()
  const original = AsyncResource.prototype.runInAsyncScope
  expect(original).not.toBe(watched)
  expect([watched.name, watched.length]).toEqual([original.name, original.length])
  bound()
  expect(seen).toEqual([])
})
