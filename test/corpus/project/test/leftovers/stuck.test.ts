import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Queue } from '../../src/queue.ts'
import { app } from '../../src/service.ts'
import { CLEAN } from '../../src/settings.ts'
import { retryLater } from '../../src/timers.ts'

const TIMES_OUT = { timeout: 300 }

const fails = async (): Promise<never> => {
  throw new Error('a bad job')
}
const works = async (): Promise<void> => await sleep(1)

describe('tests that wait for ever', () => {
  // EXPECT 63 stuck-mutex: stuck-test in "tests that wait for ever > for a lock" fails
  test('for a lock', TIMES_OUT, async () => {
    const queue = new Queue()
    await expect(queue.run(fails)).rejects.toThrow('a bad job')
    await queue.run(works)
  })

  test('clean: for a lock that is given back', CLEAN, async () => {
    const queue = new Queue()
    await expect(queue.runMended(fails)).rejects.toThrow('a bad job')
    await queue.runMended(works)
  })

  // EXPECT 63 stuck-inbox: stuck-test in "tests that wait for ever > for a handler" request any fails
  test('for a handler', TIMES_OUT, async () => {
    await request(app).get('/next-message').expect(200)
  })

  test('clean: for a handler that answers', CLEAN, async () => {
    await request(app).get('/notify-mended').expect(200)
  })

  // EXPECT 51 cycle: stuck-test in "tests that wait for ever > for two that await each other" fails
  test('for two that await each other', TIMES_OUT, async () => {
    const order: { paid?: Promise<void>; shipped?: Promise<void> } = {}
    const pay = async (): Promise<void> => {
      await sleep(1)
      await order.shipped // BLAME cycle
    }
    const ship = async (): Promise<void> => {
      await sleep(1)
      await order.paid // BLAME cycle
    }
    order.paid = pay()
    order.shipped = ship()
    await Promise.all([order.paid, order.shipped])
  })

  test('clean: for two of which one awaits the other', CLEAN, async () => {
    const order: { paid?: Promise<void>; shipped?: Promise<void> } = {}
    const pay = async (): Promise<void> => await sleep(1)
    const ship = async (): Promise<void> => {
      await sleep(1)
      await order.paid
    }
    order.paid = pay()
    order.shipped = ship()
    await Promise.all([order.paid, order.shipped])
  })
})

// Together they take no longer than one of them.
describe.concurrent('concurrent tests that wait for ever', () => {
  // EXPECT 63 stuck-event: stuck-test in "concurrent tests that wait for ever > for an event" fails
  test('for an event', TIMES_OUT, async () => {
    const bus = new EventEmitter()
    await once(bus, 'ready') // BLAME stuck-event
  })

  test('clean: for an event that comes', CLEAN, async () => {
    const bus = new EventEmitter()
    setTimeout(() => bus.emit('ready'), 10)
    await once(bus, 'ready')
  })

  // EXPECT 63 stuck-sleep: stuck-test in "concurrent tests that wait for ever > for a long sleep" at retry-later fails
  test('for a long sleep', TIMES_OUT, async () => {
    await retryLater(() => {})
  })

  test('clean: for a short sleep', CLEAN, async () => {
    await sleep(10)
  })

  // EXPECT 63 stuck-close: stuck-test in "concurrent tests that wait for ever > for a server that is in use" fails
  test('for a server that is in use', TIMES_OUT, async () => {
    const server = createTcpServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    await once(connect((server.address() as AddressInfo).port, '127.0.0.1').unref(), 'connect')
    await new Promise((done) => void server.close(done)) // BLAME stuck-close
  })

  test('clean: for a server that is not in use', CLEAN, async () => {
    const server = createTcpServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    await new Promise((done) => void server.close(done))
  })
})

describe.concurrent('tests that wait for a server of the file', () => {
  const silent = createServer(() => {})
  let url: string

  beforeAll(async () => {
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
  })
  afterAll(() => {
    silent.close()
    silent.closeAllConnections()
  })

  // EXPECT 63 stuck-fetch: stuck-test in "tests that wait for a server of the file > that does not answer" fails
  test('that does not answer', TIMES_OUT, async () => {
    const response = await fetch(`${url}/anything`) // BLAME stuck-fetch
    expect(response.status).toBe(200)
  })

  test('clean: for as long as they want', CLEAN, async () => {
    const response = fetch(`${url}/anything`, { signal: AbortSignal.timeout(20) })
    await expect(response).rejects.toThrow('aborted')
  })
})
