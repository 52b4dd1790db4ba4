import { bodyParser } from '@koa/bodyparser'
import Koa from 'koa'
import { pbkdf2Sync } from 'node:crypto'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { burn } from '../../src/clock.ts'
import { hash, HEAVY } from '../../src/hash.ts'
import { CLEAN } from '../../src/settings.ts'
import { timed } from '../../src/truth.ts'

const app = new Koa()
app.use(bodyParser())
app.use(async ({ path }, next) => {
  await next()
  if (path === '/koa-after') timed('koa-after', () => burn(150))
})
app.use(async (context) => {
  const key = context.path.slice(1)
  if (key === 'koa-json' || key === 'koa-parallel') timed(key, () => pbkdf2Sync(...HEAVY)) // BLAME koa-json
  else await hash()
  context.body = context.request.body
})

const handle = app.callback()
const post = (path: string) => request(handle).post(path).send({ name: 'Ada' })

// A first request takes long: while the module is loaded, it is nobody's.
await post('/mended').expect(200)

describe('koa', () => {
  // EXPECT 64 koa-json: blocking-call sync-crypto in "koa > json" request "POST /koa-json"
  test('json', async () => {
    await post('/koa-json').expect(200, { name: 'Ada' })
  })

  // EXPECT 64 koa-after: blocking-call cpu in "koa > a middleware, after the handler" request "POST /koa-after" at burn
  test('a middleware, after the handler', async () => {
    await post('/koa-after').expect(200, { name: 'Ada' })
  })

  test('clean: json', CLEAN, async () => {
    expect(await post('/mended').expect(200)).toHaveNoBlockingCalls()
  })

  // EXPECT 65 koa-parallel: blocking-call sync-crypto in "koa > one of two requests" request "POST /koa-parallel" at koa-json victims any
  test('one of two requests', async () => {
    const [slow, other] = await Promise.all([post('/koa-parallel'), post('/mended')])
    expect(other).toHaveNoBlockingCalls()
    expect(slow).not.toHaveNoBlockingCalls()
  })
})
