import { pbkdf2Sync } from 'node:crypto'
import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, describe, expect, test } from 'vitest'
import express, { type Request, type Response } from 'express'
import { hash, HEAVY } from '../../src/hash.ts'
import { CLEAN } from '../../src/settings.ts'
import { timed } from '../../src/truth.ts'

const app = express().use(express.json())
app.post('/mended', async ({ body, socket }: Request, response: Response): Promise<void> => {
  response.json({ hash: await hash(), body, port: socket.remotePort })
})
app.post('/:key', ({ params, socket }: Request<{ key: string }>, response: Response): void => {
  timed(params.key, () => pbkdf2Sync(...HEAVY)) // BLAME connection
  response.json({ port: socket.remotePort })
})

const server = createServer(app)
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
const body = JSON.stringify({ name: 'Ada' })
const headers = { 'content-type': 'application/json', 'content-length': body.length }
const portOf = (): number => (server.address() as AddressInfo).port

/** Gives the port of the client's end. */
async function post(path: string): Promise<number> {
  const sent = request({ agent, host: '127.0.0.1', port: portOf(), method: 'POST', path, headers })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return (JSON.parse(await text(response)) as { port: number }).port
}

/** Sends all of them at once, without waiting for an answer. */
async function pipeline(paths: readonly string[]): Promise<string> {
  const client = connect(portOf(), '127.0.0.1')
  const requests = paths.map((path, index) => {
    const connection = index === paths.length - 1 ? 'close' : 'keep-alive'
    return `POST ${path} HTTP/1.1\r\nHost: here\r\nConnection: ${connection}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  })
  client.write(requests.join(''))
  return await text(client)
}

// A first request takes long: while the module is loaded, it is nobody's.
await once(server.listen(0, '127.0.0.1'), 'listening')
const kept = await post('/mended')

describe('a connection that is kept', () => {
  afterAll(async () => {
    agent.destroy()
    await new Promise((done) => void server.close(done))
  })

  // EXPECT 69 kept-first: blocking-call sync-crypto in "a connection that is kept > by one test" request "POST /kept-first" at connection
  test('by one test', async () => {
    expect(await post('/kept-first')).toBe(kept)
  })

  // EXPECT 69 kept-second: blocking-call sync-crypto in "a connection that is kept > by the next test" request "POST /kept-second" at connection
  test('by the next test', async () => {
    expect(await post('/kept-second')).toBe(kept)
  })

  test('clean: by yet another one', CLEAN, async () => {
    expect(await post('/mended')).toBe(kept)
  })

  // EXPECT 69 pipelined: blocking-call sync-crypto in "a connection that is kept > for requests one upon the other" request "POST /pipelined" at connection victims any
  test('for requests one upon the other', async () => {
    const answers = await pipeline(['/mended', '/pipelined', '/mended'])
    expect(answers.match(/HTTP\/1.1 200 OK/g)).toHaveLength(3)
  })

  test('clean: for requests one upon the other', CLEAN, async () => {
    const answers = await pipeline(['/mended', '/mended'])
    expect(answers.match(/HTTP\/1.1 200 OK/g)).toHaveLength(2)
  })
})
