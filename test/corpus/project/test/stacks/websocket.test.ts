import { pbkdf2Sync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { hash, HEAVY } from '../../src/hash.ts'
import { CLEAN } from '../../src/settings.ts'
import { timed } from '../../src/truth.ts'

const sockets = new WebSocketServer({ noServer: true })
const server = createServer()
server.on('upgrade', (request, socket, head) => {
  if (request.url === '/upgrade') timed('upgrade', () => pbkdf2Sync(...HEAVY)) // BLAME upgrade
  sockets.handleUpgrade(request, socket, head, (webSocket) => void sockets.emit('connection', webSocket, request))
})
sockets.on('connection', (socket) => {
  socket.on('message', async (data: Buffer) => {
    const key = data.toString()
    if (key.startsWith('message')) timed(key, () => pbkdf2Sync(...HEAVY)) // BLAME message
    else await hash()
    socket.send(key)
  })
})

async function open(path: string): Promise<WebSocket> {
  const { port } = server.address() as AddressInfo
  const client = new WebSocket(`ws://127.0.0.1:${port}${path}`)
  await once(client, 'open')
  return client
}

async function close(client: WebSocket): Promise<void> {
  client.close()
  await once(client, 'close')
}

async function send(client: WebSocket, text: string): Promise<void> {
  client.send(text)
  const [answer] = (await once(client, 'message')) as [Buffer]
  expect(answer.toString()).toBe(text)
}

async function sendOne(text: string): Promise<void> {
  const client = await open('/quick')
  await send(client, text)
  await close(client)
}

// A first request takes long: while the module is loaded, it is nobody's.
await once(server.listen(0, '127.0.0.1'), 'listening')
await sendOne('mended')

afterAll(() => new Promise((done) => void server.close(done)))

describe('websockets', () => {
  // EXPECT 67 upgrade: blocking-call sync-crypto in "websockets > an upgrade" request "GET /upgrade"
  test('an upgrade', async () => {
    await close(await open('/upgrade'))
  })

  // EXPECT 69 message: blocking-call sync-crypto in "websockets > a message"
  test('a message', async () => {
    await sendOne('message')
  })

  test('clean: an upgrade', CLEAN, async () => {
    await close(await open('/quick'))
  })

  test('clean: a message', CLEAN, async () => {
    await sendOne('mended')
  })
})

describe.concurrent('websockets of two tests', () => {
  // EXPECT 69 message-shared: blocking-call sync-crypto in "websockets of two tests > one sends a message that blocks" at message victims any
  test('one sends a message that blocks', async () => {
    const client = await open('/quick')
    await send(client, 'mended')
    await send(client, 'message-shared')
    await close(client)
  })

  test('the other sends others', async () => {
    const client = await open('/quick')
    for (let i = 0; i < 3; i++) await send(client, 'mended')
    await close(client)
  })
})
