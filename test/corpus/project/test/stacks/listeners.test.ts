import { EventEmitter, once } from 'node:events'
import { createReadStream } from 'node:fs'
import express from 'express'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { entries, record } from '../../src/audit.ts'
import { CLEAN } from '../../src/settings.ts'

const bus = new EventEmitter()
bus.on('order', async (name: string) => {
  await record(`order of ${name}`, 150)
})

const app = express()
app.post('/orders', express.json(), (_request, response) => {
  bus.emit('order', 'a handler') // BLAME listener-handler
  response.status(202).end()
})
app.post('/visits', express.json(), (_request, response) => {
  response.on('finish', async () => { // BLAME listener-finish
    await record('visit', 150)
  })
  response.status(202).end()
})
app.post('/orders-mended', express.json(), async (_request, response) => {
  await record('order of a handler')
  response.status(202).end()
})

// A first request takes long: while the module is loaded, it is nobody's.
await request(app).post('/orders-mended').send({ name: 'Ada' }).expect(202)

describe('async listeners', () => {
  // EXPECT 73 listener: floating-promise in "async listeners > of an own emitter"
  test('of an own emitter', () => {
    expect(bus.emit('order', 'a test')).toBe(true) // BLAME listener
  })

  // EXPECT 73 listener-stream: floating-promise in "async listeners > of a stream"
  test('of a stream', async () => {
    const stream = createReadStream('package.json').resume()
    stream.on('end', async () => { // BLAME listener-stream
      await record('package.json')
    })
    await once(stream, 'end')
  })

  // EXPECT 73 listener-handler: floating-promise in "async listeners > of an own emitter, in a handler" request "POST /orders"
  test('of an own emitter, in a handler', async () => {
    await request(app).post('/orders').send({ name: 'Ada' }).expect(202)
  })

  // EXPECT 73 listener-finish: floating-promise in "async listeners > of a response" request "POST /visits"
  test('of a response', async () => {
    await request(app).post('/visits').send({ name: 'Ada' }).expect(202)
  })

  test('clean: of an own emitter, waited for', CLEAN, async () => {
    const own = new EventEmitter()
    const done: Promise<string>[] = []
    own.on('order', (name: string) => done.push(record(name)))
    own.emit('order', 'a clean test')
    await Promise.all(done)
  })

  test('clean: of an own emitter, done in time', CLEAN, async () => {
    bus.emit('order', 'one who waits')
    await expect.poll(() => entries).toContain('order of one who waits')
  })

  test('clean: of none, in a handler', CLEAN, async () => {
    await request(app).post('/orders-mended').send({ name: 'Ada' }).expect(202)
  })

  // The last one waits until those before it have gone.
  test('come to an end', async () => {
    await expect.poll(() => entries).toEqual(expect.arrayContaining(['order of a test', 'package.json', 'order of a handler', 'visit']))
  })
})
