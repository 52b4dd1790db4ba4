import { pbkdf2Sync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { afterAll, describe, expect, test } from 'vitest'
import { burn } from '../../src/clock.ts'
import { hash, HEAVY } from '../../src/hash.ts'
import { inPieces } from '../../src/pieces.ts'
import { CLEAN } from '../../src/settings.ts'
import { timed } from '../../src/truth.ts'

// Node itself loses the context of a request after the first packet of its body.
const handlers: Record<string, RequestListener> = {
  '/packets-data': (request, response) => {
    let packets = 0
    request.on('data', () => {
      packets += 1
      if (packets === 3) timed('packets-data', () => pbkdf2Sync(...HEAVY)) // BLAME packets-data
    })
    request.on('end', () => response.end(String(packets)))
  },
  '/packets-end': onEnd,
  '/packets-parallel': onEnd,
  '/packets-loop': async (request, response) => {
    let packets = 0
    for await (const _ of request) packets += 1
    timed('packets-loop', () => burn(150))
    response.end(String(packets))
  },
  '/packets-consumer': async (request, response) => {
    const body = await json(request)
    timed('packets-consumer', () => pbkdf2Sync(...HEAVY)) // BLAME packets-consumer
    response.end(JSON.stringify(body))
  },
  '/mended': async (request, response) => {
    const body = await json(request)
    response.end(JSON.stringify({ body, hash: await hash() }))
  },
}

function onEnd(request: IncomingMessage, response: Parameters<RequestListener>[1]): void {
  request.resume().on('end', () => {
    timed(request.url!.slice(1), () => pbkdf2Sync(...HEAVY)) // BLAME packets-end
    response.end('3')
  })
}

const server = createServer((request, response) => handlers[request.url!]!(request, response))
const post = (path: string): Promise<Response> => {
  const { port } = server.address() as AddressInfo
  return fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: inPieces(), duplex: 'half' })
}

// A first request takes long: while the module is loaded, it is nobody's.
await once(server.listen(0, '127.0.0.1'), 'listening')
await (await post('/mended')).json()

describe('a body in three packets', () => {
  afterAll(() => new Promise((done) => void server.close(done)))

  // EXPECT 67 packets-data: blocking-call sync-crypto in "a body in three packets > the data listener" request "POST /packets-data"
  test('the data listener', async () => {
    expect(await (await post('/packets-data')).text()).toBe('3')
  })

  // EXPECT 67 packets-end: blocking-call sync-crypto in "a body in three packets > the end listener" request "POST /packets-end"
  test('the end listener', async () => {
    expect(await (await post('/packets-end')).text()).toBe('3')
  })

  // EXPECT 67 packets-loop: blocking-call cpu in "a body in three packets > after a loop over them" request "POST /packets-loop" at burn
  test('after a loop over them', async () => {
    expect(await (await post('/packets-loop')).text()).toBe('3')
  })

  // EXPECT 67 packets-consumer: blocking-call sync-crypto in "a body in three packets > after a consumer" request "POST /packets-consumer"
  test('after a consumer', async () => {
    expect(await (await post('/packets-consumer')).text()).toContain('Ada')
  })

  test('clean: after a consumer', CLEAN, async () => {
    const response = await post('/mended')
    expect(await response.json()).toMatchObject({ body: { name: 'Ada' } })
    expect(response).toHaveNoBlockingCalls()
  })

  // EXPECT 65 packets-parallel: blocking-call sync-crypto in "a body in three packets > one of two requests" request "POST /packets-parallel" at packets-end victims any
  test('one of two requests', async () => {
    const [slow, other] = await Promise.all([post('/packets-parallel'), post('/mended')])
    await Promise.all([slow.text(), other.text()])
    expect(other).toHaveNoBlockingCalls()
    expect(slow).not.toHaveNoBlockingCalls()
  })
})
