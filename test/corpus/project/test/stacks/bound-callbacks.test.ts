import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'
import { pbkdf2Sync } from 'node:crypto'
import { EventEmitter, EventEmitterAsyncResource } from 'node:events'
import express, { type Response } from 'express'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { burn } from '../../src/clock.ts'
import { hash, HEAVY } from '../../src/hash.ts'
import { CLEAN } from '../../src/settings.ts'
import { timed } from '../../src/truth.ts'

/** A connection that all requests share: it calls back from nobody's context. */
const connection = new EventEmitter().setMaxListeners(0)
setInterval(() => connection.emit('row', { name: 'Ada' }), 5).unref()

type Callback = (row: object) => void

/** As the pool of a database has it. */
class Query extends AsyncResource {
  readonly #callback: Callback

  constructor(callback: Callback) {
    super('Query')
    this.#callback = callback
  }

  run(row: object): void {
    this.runInAsyncScope(this.#callback, undefined, row)
    this.emitDestroy()
  }
}

const query: Record<string, (callback: Callback) => void> = {
  'async-resource-bind': (callback) => connection.once('row', AsyncResource.bind(callback)),
  'storage-bind': (callback) => connection.once('row', AsyncLocalStorage.bind(callback)),
  snapshot: (callback) => {
    const inContext = AsyncLocalStorage.snapshot()
    connection.once('row', (row: object) => inContext(callback, row))
  },
  'emitter-resource': (callback) => {
    const results = new EventEmitterAsyncResource({ name: 'Results' })
    results.once('row', callback)
    connection.once('row', (row: object) => results.emit('row', row))
  },
  'run-in-scope': (callback) => {
    const query = new Query(callback)
    connection.once('row', (row: object) => query.run(row))
  },
}

const app = express()
app.get('/mended', (_request, response: Response) => {
  query['storage-bind']!(async (row) => void response.json({ row, hash: await hash() }))
})
app.get('/two-contexts', (_request, response: Response) => {
  // What is bound inside of another binding runs in the inner one.
  query['snapshot']!(AsyncResource.bind((row: object) => {
    timed('two-contexts', () => burn(150))
    response.json(row)
  }))
})
app.get('/parallel', (_request, response: Response) => {
  query['storage-bind']!((row) => {
    timed('bound-parallel', () => pbkdf2Sync(...HEAVY)) // BLAME bound-parallel
    response.json(row)
  })
})
app.get('/:how', ({ params: { how } }, response: Response) => {
  query[how]!((row) => {
    timed(how, () => pbkdf2Sync(...HEAVY)) // BLAME bound
    response.json(row)
  })
})

// A first request takes long: while the module is loaded, it is nobody's.
await request(app).get('/mended').expect(200)

describe('bound callbacks', () => {
  // EXPECT 68 async-resource-bind: blocking-call sync-crypto in "bound callbacks > async-resource-bind" request "GET /async-resource-bind" at bound
  // EXPECT 68 storage-bind: blocking-call sync-crypto in "bound callbacks > storage-bind" request "GET /storage-bind" at bound
  // EXPECT 68 snapshot: blocking-call sync-crypto in "bound callbacks > snapshot" request "GET /snapshot" at bound
  // EXPECT 68 emitter-resource: blocking-call sync-crypto in "bound callbacks > emitter-resource" request "GET /emitter-resource" at bound
  // EXPECT 68 run-in-scope: blocking-call sync-crypto in "bound callbacks > run-in-scope" request "GET /run-in-scope" at bound
  test.each(Object.keys(query))('%s', async (how) => {
    const response = await request(app).get(`/${how}`).expect(200, { name: 'Ada' })
    expect(response).not.toHaveNoBlockingCalls()
  })

  // EXPECT 68 two-contexts: blocking-call cpu in "bound callbacks > one in another" request "GET /two-contexts" at burn
  test('one in another', async () => {
    const response = await request(app).get('/two-contexts').expect(200, { name: 'Ada' })
    expect(response).not.toHaveNoBlockingCalls()
  })

  test('clean: storage-bind', CLEAN, async () => {
    expect(await request(app).get('/mended').expect(200)).toHaveNoBlockingCalls()
  })

  // EXPECT 65 bound-parallel: blocking-call sync-crypto in "bound callbacks > one of two requests" request "GET /parallel" victims any
  test('one of two requests', async () => {
    const [slow, other] = await Promise.all([request(app).get('/parallel'), request(app).get('/mended')])
    expect(other).toHaveNoBlockingCalls()
    expect(slow).not.toHaveNoBlockingCalls()
  })
})
