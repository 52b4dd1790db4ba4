import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createHookedApp, HOOKS } from '../../src/fastify-hooks.ts'
import { CLEAN } from '../../src/settings.ts'

const app = createHookedApp('inject')
const post = (url: string) => app.inject({ method: 'POST', url, payload: { name: 'Ada' } })

// A first request takes long: while the module is loaded, it is nobody's.
await post('/mended')

describe('fastify by inject', () => {
  // EXPECT 66 inject-on-request: blocking-call sync-crypto in "fastify by inject > stalls in on-request" request "POST /on-request" at on-request
  // EXPECT 66 inject-pre-parsing: blocking-call sync-crypto in "fastify by inject > stalls in pre-parsing" request "POST /pre-parsing" at pre-parsing
  // EXPECT 66 inject-pre-validation: blocking-call sync-crypto in "fastify by inject > stalls in pre-validation" request "POST /pre-validation" at pre-validation
  // EXPECT 66 inject-pre-handler: blocking-call sync-crypto in "fastify by inject > stalls in pre-handler" request "POST /pre-handler" at pre-handler
  // EXPECT 66 inject-handler: blocking-call sync-crypto in "fastify by inject > stalls in handler" request "POST /handler" at handler
  // EXPECT 66 inject-pre-serialization: blocking-call sync-crypto in "fastify by inject > stalls in pre-serialization" request "POST /pre-serialization" at pre-serialization
  // EXPECT 66 inject-on-send: blocking-call sync-crypto in "fastify by inject > stalls in on-send" request "POST /on-send" at on-send
  // EXPECT 66 inject-on-response: blocking-call sync-crypto in "fastify by inject > stalls in on-response" request "POST /on-response" at on-response
  // EXPECT 66 inject-error-handler: blocking-call sync-crypto in "fastify by inject > stalls in error-handler" request "POST /error-handler" at error-handler
  test.each(HOOKS)('stalls in %s', async (hook) => {
    const response = await post(`/${hook}`)
    expect(response.statusCode).toBe(200)
    await sleep(20)
    expect(response).not.toHaveNoBlockingCalls()
  })

  test('clean: hooks', CLEAN, async () => {
    const response = await post('/mended')
    expect(response.json()).toEqual({ name: 'Ada' })
    expect(response).toHaveNoBlockingCalls()
  })

  // EXPECT 65 inject-handler: blocking-call sync-crypto in "fastify by inject > one of two requests" request "POST /handler" at handler victims any
  test('one of two requests', async () => {
    const [other, slow] = await Promise.all([post('/mended'), post('/handler')])
    expect(other).toHaveNoBlockingCalls()
    expect(slow).not.toHaveNoBlockingCalls()
  })
})
