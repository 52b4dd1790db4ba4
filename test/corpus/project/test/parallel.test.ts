import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { app } from '../src/app.ts'
import { CLEAN } from '../src/settings.ts'

describe('parallel requests', () => {
  // EXPECT 40 busy-parallel: blocking-call sync-crypto in "parallel requests > one is busy" request "GET /busy/parallel" at busy victims "parallel requests > one is busy | GET /quick"
  test('one is busy', async () => {
    const [quick, busy] = await Promise.all([request(app).get('/quick'), request(app).get('/busy/parallel')])
    expect(() => expect(busy).toHaveNoBlockingCalls()).toThrow('Expected GET /busy/parallel to have no blocking call over 100 ms')
    expect(quick).toHaveNoBlockingCalls()
    expect(quick).toCompleteWithinLag(60)
  })

  test('clean: both pass', CLEAN, async () => {
    const responses = await Promise.all([request(app).get('/quick'), request(app).get('/pbkdf2-async')])
    for (const response of responses) expect(response.status).toBe(200)
  })
})

describe('a server of the file', () => {
  let server: Server
  let url: string

  beforeAll(async () => {
    server = createServer(app)
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => new Promise((done) => void server.close(done)))

  // EXPECT 41 busy-supertest: blocking-call sync-crypto in "a server of the file > busy by supertest" request "GET /busy/supertest" at busy
  test('busy by supertest', async () => {
    await request(server).get('/busy/supertest').expect(200)
  })

  test('clean: quick by supertest', CLEAN, async () => {
    await request(server).get('/quick').expect(200)
  })

  // EXPECT 41 busy-fetch: blocking-call sync-crypto in "a server of the file > busy by fetch" request "GET /busy/fetch" at busy
  test('busy by fetch', async () => {
    const response = await fetch(`${url}/busy/fetch`)
    expect(await response.json()).toEqual({ name: 'fetch' })
  })

  test('clean: quick by fetch', CLEAN, async () => {
    const response = await fetch(`${url}/quick`)
    expect(await response.json()).toEqual({ quick: true })
  })

  describe.concurrent('by two tests at once', () => {
    // EXPECT 41 busy-shared: blocking-call sync-crypto in "a server of the file > by two tests at once > busy" request "GET /busy/shared" at busy victims any
    test('busy', async ({ expect }) => {
      const response = await fetch(`${url}/busy/shared`)
      expect(response.status).toBe(200)
    })

    test('beside it', async ({ expect }) => {
      const response = await fetch(`${url}/quick`)
      expect(response.status).toBe(200)
    })
  })
})
