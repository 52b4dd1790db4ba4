import { pbkdf2Sync } from 'node:crypto'
import type { ErrorRequestHandler } from 'express'
import express from 'express-4'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { burn } from '../../src/clock.ts'
import { hash, HEAVY } from '../../src/hash.ts'
import { CLEAN } from '../../src/settings.ts'
import { timed } from '../../src/truth.ts'

const app = express()
app.use(express.json(), express.urlencoded({ extended: true }))
app.post(['/x4-json', '/x4-parallel'], ({ path, body }, response) => {
  timed(path.slice(1), () => pbkdf2Sync(...HEAVY)) // BLAME x4-json
  response.json(body)
})
app.post('/x4-middleware', (_request, _response, next) => {
  timed('x4-middleware', () => burn(150))
  next()
})
app.post('/x4-error', (_request, _response, next) => next(new Error('no such user')))
app.use(((_error, { path }, response, _next) => {
  timed(path.slice(1), () => pbkdf2Sync(...HEAVY)) // BLAME x4-error
  response.status(500).end()
}) satisfies ErrorRequestHandler)
app.use(['/mended', '/x4-middleware'], ({ body }, response) => void hash().then((hex) => response.json({ hex, body })))

const post = (path: string) => request(app).post(path).send({ name: 'Ada' })

// A first request takes long: while the module is loaded, it is nobody's.
await post('/mended').expect(200)

describe('express 4', () => {
  // EXPECT 64 x4-json: blocking-call sync-crypto in "express 4 > json" request "POST /x4-json"
  test('json', async () => {
    await post('/x4-json').expect(200, { name: 'Ada' })
  })

  // EXPECT 64 x4-middleware: blocking-call cpu in "express 4 > a middleware" request "POST /x4-middleware" at burn
  test('a middleware', async () => {
    await post('/x4-middleware').expect(200)
  })

  // EXPECT 64 x4-error: blocking-call sync-crypto in "express 4 > an error handler" request "POST /x4-error"
  test('an error handler', async () => {
    await post('/x4-error').expect(500)
  })

  test('clean: json', CLEAN, async () => {
    expect(await post('/mended').expect(200)).toHaveNoBlockingCalls()
  })

  // EXPECT 65 x4-parallel: blocking-call sync-crypto in "express 4 > one of two requests" request "POST /x4-parallel" at x4-json victims any
  test('one of two requests', async () => {
    const [slow, other] = await Promise.all([post('/x4-parallel'), post('/mended')])
    expect(other).toHaveNoBlockingCalls()
    expect(slow).not.toHaveNoBlockingCalls()
  })
})
