import { EventEmitter, once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import express from 'express'
import pLimit from 'p-limit'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entries, record } from '../../src/audit.ts'
import { inbox } from '../../src/inbox.ts'
import { CLEAN, within } from '../../src/settings.ts'

const app = express()
app.get('/health', (_request, response) => void response.json({ healthy: true }))
app.post('/sign-up', express.json(), async (_request, response) => {
  await readFile('package.json')
  void record('handler', 150) // BLAME dropped-handler
  response.json({ welcome: true })
})
app.post('/sign-up-mended', express.json(), async (_request, response) => {
  await readFile('package.json')
  await record('handler')
  response.json({ welcome: true })
})

const server = createServer(app)
const limit = pLimit(20)
const hundredJobs = (): Promise<number[]> => Promise.all(Array.from({ length: 100 }, (_, index) => limit(async () => index)))
const fetchHealth = async (): Promise<unknown> => await (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/health`)).json()

// A first request takes long: while the module is loaded, it is nobody's.
await request(app).post('/sign-up-mended').send({ name: 'Ada' }).expect(200)

// Each of these makes dozens of promises that are not the test's.
describe('promises that are dropped', () => {
  beforeAll(async () => void (await once(server.listen(0, '127.0.0.1'), 'listening')))
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })

  // EXPECT 70 dropped-file: floating-promise in "promises that are dropped > after a file"
  test('after a file', async () => {
    await readFile('package.json')
    void record('file') // BLAME dropped-file
  })

  // EXPECT 70 dropped-fetch: floating-promise in "promises that are dropped > after fetch"
  test('after fetch', async () => {
    expect(await fetchHealth()).toEqual({ healthy: true })
    void record('fetch') // BLAME dropped-fetch
  })

  // EXPECT 70 dropped-supertest: floating-promise in "promises that are dropped > after supertest"
  test('after supertest', async () => {
    await request(app).get('/health').expect(200)
    void record('supertest') // BLAME dropped-supertest
  })

  // EXPECT 70 dropped-library: floating-promise in "promises that are dropped > after a hundred jobs"
  test('after a hundred jobs', async () => {
    expect(await hundredJobs()).toHaveLength(100)
    void record('library') // BLAME dropped-library
  })

  // EXPECT 70 dropped-loop: floating-promise in "promises that are dropped > after hundreds of promises of its own"
  test('after hundreds of promises of its own', async () => {
    for (let i = 0; i < 300; i++) await Promise.resolve(i)
    void record('loop') // BLAME dropped-loop
  })

  // EXPECT 70 dropped-pending: floating-promise in "promises that are dropped > and stay pending, after a file"
  test('and stay pending, after a file', async () => {
    await readFile('package.json')
    void inbox.next() // BLAME dropped-pending
  })

  // EXPECT 70 dropped-never: never-settles in "promises that are dropped > and never settle, after a file"
  test('and never settle, after a file', async () => {
    await readFile('package.json')
    void once(new EventEmitter(), 'ready').then(() => entries.push('ready')) // BLAME dropped-never
  })

  // EXPECT 70 dropped-handler: floating-promise in "promises that are dropped > by a handler, after a file" request "POST /sign-up"
  test('by a handler, after a file', async () => {
    await request(app).post('/sign-up').send({ name: 'Ada' }).expect(200)
  })

  test('come to an end', async () => {
    await expect.poll(() => entries).toEqual(expect.arrayContaining(['file', 'fetch', 'supertest', 'library', 'loop', 'handler']))
  })
})

describe('promises that are awaited', () => {
  test('clean: after a file', CLEAN, async () => {
    await readFile('package.json')
    expect(await record('file')).toBe('file')
  })

  test('clean: after supertest', CLEAN, async () => {
    await request(app).get('/health').expect(200)
    expect(await record('supertest')).toBe('supertest')
  })

  // A hundred jobs in one turn are work, though no stall.
  test('clean: after a hundred jobs', within(100), async () => {
    expect(await hundredJobs()).toHaveLength(100)
    expect(await record('library')).toBe('library')
  })

  test('clean: by a handler, after a file', CLEAN, async () => {
    await request(app).post('/sign-up-mended').send({ name: 'Ada' }).expect(200)
    await sleep(1)
  })
})
