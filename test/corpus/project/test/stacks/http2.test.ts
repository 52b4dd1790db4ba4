import { pbkdf2Sync } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Http2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { json, text } from 'node:stream/consumers'
import { afterAll, describe, expect, test } from 'vitest'
import { hash, HEAVY } from '../../src/hash.ts'
import { CLEAN } from '../../src/settings.ts'
import { timed } from '../../src/truth.ts'

/** As of `node:http`. */
const compatible = createServer(async (request, response) => {
  const { name } = (await json(request)) as { name: string }
  if (request.url === '/h2-compatible') timed('h2-compatible', () => pbkdf2Sync(...HEAVY)) // BLAME h2-compatible
  else await hash()
  response.end(name)
})

const streams = createServer()
streams.on('stream', (stream, headers) => {
  const path = headers[':path']
  if (path === '/h2-stream') timed('h2-stream', () => pbkdf2Sync(...HEAVY)) // BLAME h2-stream
  let body = ''
  stream.setEncoding('utf8').on('data', (part: string) => (body += part))
  stream.on('end', async () => {
    if (path === '/h2-end') timed('h2-end', () => pbkdf2Sync(...HEAVY)) // BLAME h2-end
    else if (path === '/mended') await hash()
    stream.respond({ ':status': 200 })
    stream.end((JSON.parse(body) as { name: string }).name)
  })
})

async function post(server: Http2Server, path: string): Promise<string> {
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const stream = client.request({ ':method': 'POST', ':path': path })
  stream.end(JSON.stringify({ name: 'Ada' }))
  const body = await text(stream)
  await new Promise<void>((done) => client.close(done))
  return body
}

// A first request takes long: while the module is loaded, it is nobody's.
for (const server of [compatible, streams]) {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  await post(server, '/mended')
}

describe('http/2', () => {
  afterAll(async () => {
    for (const server of [compatible, streams]) await new Promise((done) => void server.close(done))
  })

  // EXPECT 67 h2-compatible: blocking-call sync-crypto in "http/2 > a handler" request "POST /h2-compatible"
  test('a handler', async () => {
    expect(await post(compatible, '/h2-compatible')).toBe('Ada')
  })

  // EXPECT 67 h2-stream: blocking-call sync-crypto in "http/2 > a stream" request "POST /h2-stream"
  test('a stream', async () => {
    expect(await post(streams, '/h2-stream')).toBe('Ada')
  })

  // EXPECT 67 h2-end: blocking-call sync-crypto in "http/2 > the end of a stream" request "POST /h2-end"
  test('the end of a stream', async () => {
    expect(await post(streams, '/h2-end')).toBe('Ada')
  })

  test('clean: a handler', CLEAN, async () => {
    expect(await post(compatible, '/mended')).toBe('Ada')
  })

  test('clean: a stream', CLEAN, async () => {
    expect(await post(streams, '/mended')).toBe('Ada')
  })
})
