import { EventEmitter, once } from 'node:events'
import express from 'express'
import fastify from 'fastify'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { CLEAN } from '../../src/settings.ts'

const TIMES_OUT = { timeout: 300 }

const bus = new EventEmitter()
const app = fastify()
app.addHook('preHandler', ({ url }, _reply, done) => {
  if (url !== '/silent') done()
})
for (const url of ['/silent', '/users', '/orders']) app.post(url, async ({ body }) => body)
const post = (url: string) => app.inject({ method: 'POST', url, payload: { name: 'Ada' } })

const middleware = express().use(express.json(), ({ path }, _response, next) => {
  if (path !== '/silent') next()
})
middleware.post('/users', ({ body }, response) => void response.json(body))

// A first request takes long: while the module is loaded, it is nobody's.
await post('/users')
await request(middleware).post('/users').send({ name: 'Ada' }).expect(200)

describe('tests that wait for a request', () => {
  // EXPECT 78 stuck-hook: stuck-test in "tests that wait for a request > whose hook is never done" request any waits "POST /silent" fails
  test('whose hook is never done', TIMES_OUT, async () => {
    await post('/silent') // BLAME stuck-hook
  })

  // EXPECT 78 stuck-middleware: stuck-test in "tests that wait for a request > whose middleware never goes on" request any waits "POST /silent" fails
  test('whose middleware never goes on', TIMES_OUT, async () => {
    await request(middleware).post('/silent').send({ name: 'Ada' }) // BLAME stuck-middleware
  })

  test('clean: whose hook is done', CLEAN, async () => {
    expect((await post('/users')).json()).toEqual({ name: 'Ada' })
  })

  test('clean: whose middleware goes on', CLEAN, async () => {
    await request(middleware).post('/users').send({ name: 'Ada' }).expect(200, { name: 'Ada' })
  })
})

describe('tests that wait after their requests', () => {
  // EXPECT 78 stuck-after-answers: stuck-test in "tests that wait after their requests > have been answered" waits-not "which has no response yet" fails
  test('have been answered', TIMES_OUT, async () => {
    await post('/users')
    await post('/orders')
    await once(bus, 'order') // BLAME stuck-after-answers
  })
})
