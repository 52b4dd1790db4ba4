import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { bodyParser } from '@koa/bodyparser'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import express, { type Request, type Response } from 'express'
import express4 from 'express-4'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import request from 'supertest'
import { afterAll, describe, expect, test } from 'vitest'
import { CLEAN } from '../../src/settings.ts'

const nothing = (): void => {}
const clearAtEnd = (timer: NodeJS.Timeout, response: ServerResponse): void => void response.on('close', () => clearInterval(timer))

const five = express().use(express.json())
five.post('/interval', ({ body }: Request, response: Response) => {
  setInterval(nothing, 60_000) // BLAME interval-x5
  response.json(body)
})
five.post('/mended', ({ body }: Request, response: Response) => {
  clearAtEnd(setInterval(nothing, 60_000), response)
  response.json(body)
})

const four = express4().use(express4.json())
four.post('/timeout', ({ body }, response) => {
  setTimeout(nothing, 60_000) // BLAME timeout-x4
  response.json(body)
})
four.post('/mended', ({ body }, response) => {
  clearAtEnd(setInterval(nothing, 60_000), response)
  response.json(body)
})

const koa = new Koa().use(bodyParser()).use((context) => {
  if (context.path === '/interval') setInterval(nothing, 60_000) // BLAME interval-koa
  else clearAtEnd(setInterval(nothing, 60_000), context.res)
  context.body = context.request.body
})

const hono = new Hono<{ Bindings: HttpBindings }>()
hono.post('/timeout', async (context) => {
  const body: object = await context.req.json()
  setTimeout(nothing, 60_000) // BLAME timeout-hono
  return context.json(body)
})
hono.post('/mended', async (context) => {
  const body: object = await context.req.json()
  clearAtEnd(setInterval(nothing, 60_000), context.env.outgoing)
  return context.json(body)
})

const fast = fastify()
fast.post('/interval', async ({ body }) => {
  setInterval(nothing, 60_000) // BLAME interval-fastify
  return body
})
fast.post('/mended', async ({ body }, reply) => {
  clearAtEnd(setInterval(nothing, 60_000), reply.raw)
  return body
})

const bare = (incoming: IncomingMessage, response: ServerResponse): void => {
  let text = ''
  incoming.setEncoding('utf8').on('data', (part: string) => (text += part))
  incoming.on('end', () => {
    if (incoming.url === '/interval') setInterval(nothing, 60_000) // BLAME interval-bare
    else clearAtEnd(setInterval(nothing, 60_000), response)
    response.setHeader('content-type', 'application/json').end(text)
  })
}

await fast.ready()
const servers = {
  'express 5': createServer(five),
  'express 4': createServer(four),
  koa: createServer(koa.callback()),
  hono: createAdaptorServer({ fetch: hono.fetch }),
  fastify: fast.server,
  http: createServer(bare),
} as const
type Name = keyof typeof servers
const names = Object.keys(servers) as Name[]
const post = async (name: Name, path: string) => await request(servers[name]).post(path).send({ name: 'Ada' }).expect(200, { name: 'Ada' })

// A first request takes long: while the module is loaded, it is nobody's.
for (const name of names) {
  await new Promise<void>((done) => void servers[name].listen(0, '127.0.0.1', done))
  await post(name, '/mended')
}

describe('timers of handlers behind body parsers', () => {
  afterAll(async () => {
    for (const server of Object.values(servers)) await new Promise((done) => void server.close(done))
  })

  // EXPECT 74 interval-x5: leaked-resource in "timers of handlers behind body parsers > express 5, /interval" request "POST /interval" says "setInterval"
  // EXPECT 74 timeout-x4: leaked-resource in "timers of handlers behind body parsers > express 4, /timeout" request "POST /timeout" says "setTimeout"
  // EXPECT 74 interval-koa: leaked-resource in "timers of handlers behind body parsers > koa, /interval" request "POST /interval" says "setInterval"
  // EXPECT 74 timeout-hono: leaked-resource in "timers of handlers behind body parsers > hono, /timeout" request "POST /timeout" says "setTimeout"
  // EXPECT 74 interval-fastify: leaked-resource in "timers of handlers behind body parsers > fastify, /interval" request "POST /interval" says "setInterval"
  // EXPECT 74 interval-bare: leaked-resource in "timers of handlers behind body parsers > http, /interval" request "POST /interval" says "setInterval"
  test.each([
    ['express 5', '/interval'],
    ['express 4', '/timeout'],
    ['koa', '/interval'],
    ['hono', '/timeout'],
    ['fastify', '/interval'],
    ['http', '/interval'],
  ] as const)('%s, %s', async (name, path) => {
    expect(await post(name, path)).not.toHaveNoLeakedTasks()
  })

  test.for(names)('clean: %s', CLEAN, async (name) => {
    const response = await post(name, '/mended')
    await expect.poll(() => response).toHaveNoLeakedTasks()
  })
})
