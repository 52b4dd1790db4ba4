import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { pbkdf2Sync } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { burn } from '../../src/clock.ts'
import { hash, HEAVY } from '../../src/hash.ts'
import { CLEAN } from '../../src/settings.ts'
import { timed } from '../../src/truth.ts'

const app = new Hono()
app.post('/hono-text', async (context) => {
  const text = await context.req.text()
  timed('hono-text', () => burn(150))
  return context.text(text)
})
app.post('/mended', async (context) => {
  const body: object = await context.req.json()
  return context.json({ hash: await hash(), body })
})
app.post('/:key', async (context) => {
  const body: object = await context.req.json()
  timed(context.req.param('key'), () => pbkdf2Sync(...HEAVY)) // BLAME hono-json
  return context.json(body)
})

const server = createAdaptorServer({ fetch: app.fetch })
const post = (path: string): Promise<Response> => {
  const { port } = server.address() as AddressInfo
  return fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: JSON.stringify({ name: 'Ada' }) })
}

// A first request takes long: while the module is loaded, it is nobody's.
await once(server.listen(0, '127.0.0.1'), 'listening')
await (await post('/mended')).json()

describe('hono over node-server', () => {
  afterAll(() => new Promise((done) => void server.close(done)))

  // EXPECT 64 hono-json: blocking-call sync-crypto in "hono over node-server > json" request "POST /hono-json"
  test('json', async () => {
    const response = await post('/hono-json')
    expect(await response.json()).toEqual({ name: 'Ada' })
  })

  // EXPECT 64 hono-text: blocking-call cpu in "hono over node-server > text" request "POST /hono-text" at burn
  test('text', async () => {
    const response = await post('/hono-text')
    expect(await response.text()).toContain('Ada')
  })

  test('clean: json', CLEAN, async () => {
    const response = await post('/mended')
    expect(await response.json()).toMatchObject({ body: { name: 'Ada' } })
    expect(response).toHaveNoBlockingCalls()
  })

  // EXPECT 65 hono-parallel: blocking-call sync-crypto in "hono over node-server > one of two requests" request "POST /hono-parallel" at hono-json victims any
  test('one of two requests', async () => {
    const [slow, other] = await Promise.all([post('/hono-parallel'), post('/mended')])
    expect(await other.json()).toMatchObject({ body: { name: 'Ada' } })
    expect(await slow.json()).toEqual({ name: 'Ada' })
    expect(other).toHaveNoBlockingCalls()
    expect(slow).not.toHaveNoBlockingCalls()
  })
})
