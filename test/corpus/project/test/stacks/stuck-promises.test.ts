import { EventEmitter, once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { ready } from 'leaky-dep'
import request from 'supertest'
import { beforeAll, describe, expect, test } from 'vitest'
import { app } from '../../src/service.ts'
import { CLEAN } from '../../src/settings.ts'

const TIMES_OUT = { timeout: 300 }

const bus = new EventEmitter()
const started = Promise.withResolvers<string>()
const opened = Promise.resolve('open')
const nextOrder = (): Promise<string> => new Promise((resolve) => void bus.once('order', resolve))

async function reserve(): Promise<string> {
  return nextOrder() // BLAME stuck-passed-on
}

async function order(): Promise<string> {
  return reserve()
}

// A first request takes long: while the module is loaded, it is nobody's.
await request(app).get('/health').expect(200)

describe('tests that wait for a promise', () => {
  // EXPECT 76 stuck-file: stuck-test in "tests that wait for a promise > after a file" fails
  test('after a file', TIMES_OUT, async () => {
    await readFile('package.json')
    await nextOrder() // BLAME stuck-file
  })

  // EXPECT 76 stuck-supertest: stuck-test in "tests that wait for a promise > after supertest" fails
  test('after supertest', TIMES_OUT, async () => {
    await request(app).get('/health').expect(200)
    await nextOrder() // BLAME stuck-supertest
  })

  // EXPECT 76 stuck-module: stuck-test in "tests that wait for a promise > made by its module" fails
  test('made by its module', TIMES_OUT, async () => {
    expect(await started.promise).toBe('started') // BLAME stuck-module
  })

  // EXPECT 76 stuck-resolvers: stuck-test in "tests that wait for a promise > made with its resolvers" fails
  test('made with its resolvers', TIMES_OUT, async () => {
    const { promise, resolve } = Promise.withResolvers<string>()
    bus.once('never', resolve)
    expect(await promise).toBe('never') // BLAME stuck-resolvers
  })

  // EXPECT 76 stuck-dependency: stuck-test in "tests that wait for a promise > of a dependency, after a file" fails
  test('of a dependency, after a file', TIMES_OUT, async () => {
    await readFile('package.json')
    await ready() // BLAME stuck-dependency
  })

  // EXPECT 76 stuck-passed-on: stuck-test in "tests that wait for a promise > that is passed on" fails
  test('that is passed on', TIMES_OUT, async () => {
    await order()
  })

  // EXPECT 76 stuck-passed-on-first: stuck-test in "tests that wait for a promise > that the test itself passes on" fails
  test('that the test itself passes on', TIMES_OUT, async () => {
    await readFile('package.json')
    return nextOrder() as Promise<unknown> as Promise<void> // BLAME stuck-passed-on-first
  })

  describe('made in beforeAll', () => {
    let warm: Promise<unknown>
    beforeAll(() => {
      warm = once(bus, 'warm')
    })

    // EXPECT 76 stuck-before-all: stuck-test in "tests that wait for a promise > made in beforeAll > and never settled" fails
    test('and never settled', TIMES_OUT, async () => {
      await warm // BLAME stuck-before-all
    })
  })
})

describe('tests that wait for a promise that comes', () => {
  let warm: Promise<unknown>
  beforeAll(() => {
    warm = once(bus, 'warm')
    setTimeout(() => bus.emit('warm'), 5)
  })

  test('clean: made by its module', CLEAN, async () => {
    expect(await opened).toBe('open')
  })

  test('clean: made in beforeAll', CLEAN, async () => {
    await warm
  })

  test('clean: that is passed on, after a file', CLEAN, async () => {
    await readFile('package.json')
    setTimeout(() => bus.emit('order', 'Ada'), 5)
    expect(await order()).toBe('Ada')
  })

  test('clean: made with its resolvers', CLEAN, async () => {
    const { promise, resolve } = Promise.withResolvers<string>()
    setTimeout(resolve, 5, 'in time')
    expect(await promise).toBe('in time')
  })
})
