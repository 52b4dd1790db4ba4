import { pbkdf2Sync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { hash, HEAVY } from '../../src/hash.ts'
import { CLEAN } from '../../src/settings.ts'
import { timed } from '../../src/truth.ts'

let closed: Promise<unknown>

const handle: RequestListener = (request, response) => {
  const key = request.url!.slice(1)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const work = async (): Promise<void> => {
    if (key === 'events') timed(key, () => pbkdf2Sync(...HEAVY)) // BLAME events
    else await hash()
    response.write('data: third\n\n')
  }
  let sent = 0
  const timer = setInterval(() => {
    sent += 1
    if (sent === 3) void work()
    else if (sent < 3) response.write('data: tick\n\n')
  }, 10)
  response.on('close', () => {
    clearInterval(timer)
    if (key === 'events-close') timed(key, () => pbkdf2Sync(...HEAVY)) // BLAME events-close
  })
  closed = once(response, 'close')
}

const server = createServer(handle)

/** Goes away after the third event. */
async function listen(path: string): Promise<Response> {
  const { port } = server.address() as AddressInfo
  const abort = new AbortController()
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: abort.signal })
  let text = ''
  for (const reader = response.body!.getReader(); !text.includes('third'); ) text += new TextDecoder().decode((await reader.read()).value)
  abort.abort()
  await closed
  return response
}

// A first request takes long: while the module is loaded, it is nobody's.
await once(server.listen(0, '127.0.0.1'), 'listening')
await listen('/mended')

describe('server-sent events', () => {
  afterAll(() => new Promise((done) => void server.close(done)))

  // EXPECT 67 events: blocking-call sync-crypto in "server-sent events > an event" request "GET /events"
  test('an event', async () => {
    const response = await listen('/events')
    expect(response).not.toHaveNoBlockingCalls()
  })

  // EXPECT 67 events-close: blocking-call sync-crypto in "server-sent events > when the client has gone" request "GET /events-close"
  test('when the client has gone', async () => {
    const response = await listen('/events-close')
    expect(response.status).toBe(200)
  })

  test('clean: an event', CLEAN, async () => {
    expect(await listen('/mended')).toHaveNoBlockingCalls()
  })
})
