import { pbkdf2Sync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { io, type Socket } from 'socket.io-client'
import { afterAll, describe, expect, test } from 'vitest'
import { hash, HEAVY } from '../../src/hash.ts'
import { CLEAN } from '../../src/settings.ts'
import { timed } from '../../src/truth.ts'

const server = createServer()
const sockets = new Server(server)
sockets.on('connection', (socket) => {
  socket.on('sign', async (key: string, answer: (signed: string) => void) => {
    if (key.startsWith('socket-io')) timed(key, () => pbkdf2Sync(...HEAVY)) // BLAME socket-io
    else await hash()
    answer(`${key}, signed`)
  })
})

async function withClient(use: (client: Socket) => Promise<void>): Promise<void> {
  const { port } = server.address() as AddressInfo
  const client = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true, reconnection: false })
  await new Promise<void>((done) => void client.once('connect', done))
  await use(client)
  client.disconnect()
}

const sign = (client: Socket, key: string): Promise<string> => client.emitWithAck('sign', key)

// A first request takes long: while the module is loaded, it is nobody's.
await once(server.listen(0, '127.0.0.1'), 'listening')
await withClient(async (client) => void (await sign(client, 'first')))

afterAll(() => sockets.close())

describe('socket.io', () => {
  // EXPECT 69 socket-io: blocking-call sync-crypto in "socket.io > an event"
  test('an event', async () => {
    await withClient(async (client) => expect(await sign(client, 'socket-io')).toBe('socket-io, signed'))
  })

  test('clean: an event', CLEAN, async () => {
    await withClient(async (client) => expect(await sign(client, 'quick')).toBe('quick, signed'))
  })
})

describe.concurrent('socket.io of two tests', () => {
  // EXPECT 69 socket-io-shared: blocking-call sync-crypto in "socket.io of two tests > one sends an event that blocks" at socket-io victims any
  test('one sends an event that blocks', async () => {
    await withClient(async (client) => {
      await sign(client, 'quick')
      await sign(client, 'socket-io-shared')
    })
  })

  test('the other sends others', async () => {
    await withClient(async (client) => {
      for (let i = 0; i < 3; i++) await sign(client, 'quick')
    })
  })
})
