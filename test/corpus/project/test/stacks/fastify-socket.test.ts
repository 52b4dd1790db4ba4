import { setTimeout as sleep } from 'node:timers/promises'
import request from 'supertest'
import { afterAll, describe, expect, test } from 'vitest'
import { createHookedApp, HOOKS } from '../../src/fastify-hooks.ts'
import { CLEAN } from '../../src/settings.ts'

const app = createHookedApp('socket')
const post = (path: string) => request(app.server).post(path).send({ name: 'Ada' })

// A first request takes long: while the module is loaded, it is nobody's.
await app.listen({ port: 0, host: '127.0.0.1' })
await post('/mended').expect(200)

describe('fastify by socket', () => {
  afterAll(() => app.close())

  // EXPECT 66 socket-on-request: blocking-call sync-crypto in "fastify by socket > stalls in on-request" request "POST /on-request" at on-request
  // EXPECT 66 socket-pre-parsing: blocking-call sync-crypto in "fastify by socket > stalls in pre-parsing" request "POST /pre-parsing" at pre-parsing
  // EXPECT 66 socket-pre-validation: blocking-call sync-crypto in "fastify by socket > stalls in pre-validation" request "POST /pre-validation" at pre-validation
  // EXPECT 66 socket-pre-handler: blocking-call sync-crypto in "fastify by socket > stalls in pre-handler" request "POST /pre-handler" at pre-handler
  // EXPECT 66 socket-handler: blocking-call sync-crypto in "fastify by socket > stalls in handler" request "POST /handler" at handler
  // EXPECT 66 socket-pre-serialization: blocking-call sync-crypto in "fastify by socket > stalls in pre-serialization" request "POST /pre-serialization" at pre-serialization
  // EXPECT 66 socket-on-send: blocking-call sync-crypto in "fastify by socket > stalls in on-send" request "POST /on-send" at on-send
  // EXPECT 66 socket-on-response: blocking-call sync-crypto in "fastify by socket > stalls in on-response" request "POST /on-response" at on-response
  // EXPECT 66 socket-error-handler: blocking-call sync-crypto in "fastify by socket > stalls in error-handler" request "POST /error-handler" at error-handler
  test.each(HOOKS)('stalls in %s', async (hook) => {
    const response = await post(`/${hook}`).expect(200)
    // The hook after the response runs when the client has it already.
    await sleep(20)
    expect(response).not.toHaveNoBlockingCalls()
  })

  test('clean: hooks', CLEAN, async () => {
    expect(await post('/mended').expect(200, { name: 'Ada' })).toHaveNoBlockingCalls()
  })

  // EXPECT 65 socket-handler: blocking-call sync-crypto in "fastify by socket > one of two requests" request "POST /handler" at handler victims any
  test('one of two requests', async () => {
    const [slow, other] = await Promise.all([post('/handler'), post('/mended')])
    expect(other).toHaveNoBlockingCalls()
    expect(slow).not.toHaveNoBlockingCalls()
  })
})
