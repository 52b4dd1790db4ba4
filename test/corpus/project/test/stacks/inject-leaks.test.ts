import { createReadStream } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import { createHookedApp } from '../../src/fastify-hooks.ts'
import { CLEAN } from '../../src/settings.ts'

const app = fastify()
app.get('/health', async () => ({ healthy: true }))
app.get('/slow', async () => {
  await sleep(10)
  return { healthy: true }
})
app.get('/file', (_request, reply) => reply.type('text/plain').send(createReadStream('package.json')))
app.get('/broken', async () => {
  throw new Error('out of order')
})
app.post('/users', async ({ body }) => body)
app.post('/beat', async ({ body }) => {
  setInterval(() => {}, 60_000) // BLAME inject-beat
  return body
})
app.post('/beat-mended', async ({ body }, reply) => {
  const timer = setInterval(() => {}, 60_000)
  reply.raw.on('finish', () => clearInterval(timer))
  return body
})
const hooked = createHookedApp('leaks')
const payload = { name: 'Ada' }

// A first request takes long: while the module is loaded, it is nobody's.
await app.inject('/health')
await hooked.inject({ method: 'POST', url: '/mended', payload })

// What a framework or `inject` itself sets off, and ends, is nobody's leak.
describe('injected requests that leave nothing', () => {
  test.for(['/health', '/slow', '/file', '/broken'])('clean: GET %s', CLEAN, async (url) => {
    expect(await app.inject(url)).toHaveNoLeakedTasks()
  })

  test.for(['/users', '/beat-mended'])('clean: POST %s', CLEAN, async (url) => {
    const response = await app.inject({ method: 'POST', url, payload })
    expect(response.json()).toEqual(payload)
    expect(response).toHaveNoLeakedTasks()
  })

  test('clean: POST through hooks', CLEAN, async () => {
    const response = await hooked.inject({ method: 'POST', url: '/mended', payload })
    expect(response.json()).toEqual(payload)
    // The hook after the response does its work still.
    await expect.poll(() => response, { timeout: 10_000 }).toHaveNoLeakedTasks()
  })
})

describe('injected requests that leave an interval', () => {
  // EXPECT 74 inject-beat: leaked-resource in "injected requests that leave an interval > behind a body" request "POST /beat" says "setInterval"
  test('behind a body', async () => {
    const response = await app.inject({ method: 'POST', url: '/beat', payload })
    expect(response.json()).toEqual(payload)
    expect(response).not.toHaveNoLeakedTasks()
  })
})
