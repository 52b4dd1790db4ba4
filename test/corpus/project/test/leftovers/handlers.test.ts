import fastify from 'fastify'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { app } from '../../src/service.ts'
import { CLEAN } from '../../src/settings.ts'

describe('handlers', () => {
  // EXPECT 43 prices: leaked-resource in "handlers > an interval" request "GET /prices" says "setInterval"
  test('an interval', async () => {
    await request(app).get('/prices').expect(200)
  })

  test('clean: an interval', CLEAN, async () => {
    await request(app).get('/prices-mended').expect(200)
  })

  // EXPECT 48 order: never-settles in "handlers > a promise that nobody settles, after the response" request "POST /orders"
  test('a promise that nobody settles, after the response', async () => {
    await request(app).post('/orders').expect(202)
  })

  test('clean: a promise that somebody settles, after the response', CLEAN, async () => {
    await request(app).post('/orders-mended').expect(202)
  })

  // EXPECT 43 session: leaked-resource in "handlers > a timer after an await" request "GET /session" says "setTimeout"
  test('a timer after an await', async () => {
    await request(app).get('/session').expect(200)
  })

  test('clean: a timer after an await', CLEAN, async () => {
    await request(app).get('/session-mended').expect(200)
  })

  // EXPECT 43 subscription: leaked-resource in "handlers > an interval of a dependency" request "GET /topic" dep
  test('an interval of a dependency', async () => {
    await request(app).get('/topic').expect(200)
  })

  test('clean: an interval of a dependency', CLEAN, async () => {
    await request(app).get('/topic-mended').expect(200)
  })
})

describe('handlers of a server of the file', () => {
  let server: Server
  let url: string

  beforeAll(async () => {
    server = createServer(app)
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })

  // EXPECT 43 prices-shared: leaked-resource in "handlers of a server of the file > an interval" request "GET /prices" at prices
  test('an interval', async () => {
    await request(server).get('/prices').expect(200)
  })

  test('clean: an interval', CLEAN, async () => {
    await request(server).get('/prices-mended').expect(200)
  })

  // EXPECT 43 session-shared: leaked-resource in "handlers of a server of the file > a timer after an await" request "GET /session" at session
  test('a timer after an await', async () => {
    const response = await fetch(`${url}/session`)
    expect(await response.json()).toEqual({ name: 'corpus' })
  })

  test('clean: a timer after an await', CLEAN, async () => {
    const response = await fetch(`${url}/session-mended`)
    expect(await response.json()).toEqual({ name: 'corpus' })
  })

  // EXPECT 54 tick-stream: leaked-resource in "handlers of a server of the file > an aborted request" request "GET /ticks"
  test('an aborted request', async () => {
    await abortAfterFirstChunk(`${url}/ticks`)
  })

  test('clean: an aborted request', CLEAN, async () => {
    await abortAfterFirstChunk(`${url}/ticks-mended`)
  })

  describe.concurrent('by two tests at once', () => {
    // EXPECT 42 prices-by-fetch: leaked-resource in "handlers of a server of the file > by two tests at once > an interval" request "GET /prices?of=EUR" at prices
    test('an interval', async ({ expect }) => {
      const response = await fetch(`${url}/prices?of=EUR`)
      expect(await response.json()).toEqual({ price: 1 })
    })

    // EXPECT 42 session-by-fetch: leaked-resource in "handlers of a server of the file > by two tests at once > a timer after an await" request "GET /session" at session
    test('a timer after an await', async ({ expect }) => {
      const response = await fetch(`${url}/session`)
      expect(await response.json()).toEqual({ name: 'corpus' })
    })

    test('clean: an interval', CLEAN, async ({ expect }) => {
      const response = await fetch(`${url}/prices-mended`)
      expect(await response.json()).toEqual({ price: 1 })
    })
  })
})

async function abortAfterFirstChunk(url: string): Promise<void> {
  const abort = new AbortController()
  const response = await fetch(url, { signal: abort.signal })
  const { value } = await response.body!.getReader().read()
  abort.abort()
  expect(String.fromCharCode(...value!)).toContain('tick')
}

const injected = fastify()
injected.get('/beat', async () => {
  setInterval(() => {}, 1000) // BLAME beat
  return { alive: true }
})
injected.get('/beat-mended', async (_request, reply) => {
  const timer = setInterval(() => {}, 1000)
  reply.raw.on('finish', () => clearInterval(timer))
  return { alive: true }
})
await injected.ready()

describe('handlers of injected requests', () => {
  // EXPECT 43 beat: leaked-resource in "handlers of injected requests > an interval" request "GET /beat"
  test('an interval', async () => {
    const response = await injected.inject('/beat')
    expect(response.statusCode).toBe(200)
  })

  test('clean: an interval', CLEAN, async () => {
    const response = await injected.inject('/beat-mended')
    expect(response.statusCode).toBe(200)
  })
})
