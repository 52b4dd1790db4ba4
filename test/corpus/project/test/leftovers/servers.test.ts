import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { Agent, createServer, get, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import fastify from 'fastify'
import { serve } from 'leaky-dep'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test as base } from 'vitest'
import { app } from '../../src/service.ts'
import { CLEAN } from '../../src/settings.ts'

// The first one loads what all of them need.
await fastify().ready()

const portOf = (server: { address(): AddressInfo | string | null }): number => (server.address() as AddressInfo).port
const listening = async (server: Server): Promise<Server> => {
  // Before that, supertest would listen, and close.
  await once(server, 'listening')
  return server
}
const closed = (server: Server): Promise<void> => new Promise((done) => void server.close(() => done()))

const test = base.extend<{ ofTest: Server; ofFile: Server }>({
  ofTest: async ({}, use) => {
    const server = await listening(createServer(app).listen(0, '127.0.0.1'))
    await use(server)
    await closed(server)
  },
  ofFile: [
    async ({}, use) => {
      const server = await listening(createServer(app).listen(0, '127.0.0.1'))
      await use(server)
      await closed(server)
    },
    { scope: 'file' },
  ],
})

describe('servers of a test', () => {
  // EXPECT 45 server-http: leaked-resource in "servers of a test > of node:http" says "server"
  test('of node:http', async () => {
    const server = createServer(app)
    await new Promise<void>((done) => {
      server.listen(0, '127.0.0.1', done) // BLAME server-http
    })
    await request(server).get('/health').expect(200)
  })

  test('clean: of node:http', CLEAN, async () => {
    const server = createServer(app)
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
    await request(server).get('/health').expect(200)
    await closed(server)
  })

  // EXPECT 45 server-express: leaked-resource in "servers of a test > of express" says "server"
  test('of express', async () => {
    const server = await listening(app.listen(0, '127.0.0.1')) // BLAME server-express
    expect(portOf(server)).not.toBe(0)
  })

  test('clean: of express', CLEAN, async ({ onTestFinished }) => {
    const server = await listening(app.listen(0, '127.0.0.1'))
    onTestFinished(() => closed(server))
    expect(portOf(server)).not.toBe(0)
  })

  // EXPECT 45 server-fastify: leaked-resource in "servers of a test > of fastify" says "server"
  test('of fastify', async () => {
    const app = fastify()
    await app.listen({ port: 0, host: '127.0.0.1' }) // BLAME server-fastify
    expect(portOf(app.server)).not.toBe(0)
  })

  test('clean: of fastify', CLEAN, async () => {
    const app = fastify()
    await app.listen({ port: 0, host: '127.0.0.1' })
    await app.close()
    expect(app.server.listening).toBe(false)
  })

  // EXPECT 45 server-net: leaked-resource in "servers of a test > of node:net" says "server"
  test('of node:net', async () => {
    const server = createTcpServer((socket) => socket.end('hello')).listen(0, '127.0.0.1') // BLAME server-net
    await once(server, 'listening')
    expect(portOf(server)).not.toBe(0)
  })

  test('clean: of node:net', CLEAN, async () => {
    await using server = createTcpServer((socket) => socket.end('hello')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    expect(portOf(server)).not.toBe(0)
  })

  // EXPECT 45 server-dependency: leaked-resource in "servers of a test > of a dependency" dep says "server"
  test('of a dependency', async () => {
    const server = await listening(serve(app)) // BLAME server-dependency
    await request(server).get('/health').expect(200)
  })

  test('clean: of a dependency', CLEAN, async () => {
    const server = await listening(serve(app))
    await request(server).get('/health').expect(200)
    await closed(server)
  })

  // EXPECT 45 server-udp: leaked-resource in "servers of a test > of node:dgram" says "socket"
  test('of node:dgram', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1') // BLAME server-udp
    await once(socket, 'listening')
    expect(socket.address().port).not.toBe(0)
  })

  test('clean: of node:dgram', CLEAN, async () => {
    const socket: Socket = createSocket('udp4').bind(0, '127.0.0.1')
    await once(socket, 'listening')
    await new Promise<void>((done) => void socket.close(done))
  })

  // EXPECT 45 server-failed: leaked-resource in "servers of a test > of one that fails before it closes it"
  test.fails('of one that fails before it closes it', async () => {
    const server = await listening(createServer(app).listen(0, '127.0.0.1')) // BLAME server-failed
    await request(server).get('/health').expect(404)
    await closed(server)
  })

  test.fails('clean: of one that fails', CLEAN, async ({ onTestFinished }) => {
    const server = await listening(createServer(app).listen(0, '127.0.0.1'))
    onTestFinished(() => closed(server))
    await request(server).get('/health').expect(404)
  })

  test('clean: of a fixture', CLEAN, async ({ ofTest }) => {
    await request(ofTest).get('/health').expect(200)
  })

  test('clean: of a fixture of the file', CLEAN, async ({ ofFile }) => {
    await request(ofFile).get('/health').expect(200)
  })
})

describe('servers of a file', () => {
  let server: Server

  // EXPECT 45 server-file: leaked-resource in file says "server"
  beforeAll(async () => {
    server = createServer(app).listen(0, '127.0.0.1') // BLAME server-file
    await listening(server)
  })

  base('have nothing to do with this one', async () => {
    await request(server).get('/health').expect(200)
  })
})

describe('mended servers of a file', () => {
  let server: Server

  beforeAll(async () => {
    server = await listening(createServer(app).listen(0, '127.0.0.1'))
  })
  afterAll(() => closed(server))

  base('clean: have nothing to do with this one', CLEAN, async () => {
    await request(server).get('/health').expect(200)
  })
})

describe('servers that are closed later', () => {
  const servers: Server[] = []
  afterAll(async () => void (await Promise.all(servers.map(closed))))

  base('clean: started by a test', CLEAN, async () => {
    const server = await listening(createServer(app).listen(0, '127.0.0.1'))
    servers.push(server)
    await request(server).get('/health').expect(200)
  })
})

describe('kept connections', () => {
  base('clean: of an agent, when the server is closed', CLEAN, async () => {
    const server = await listening(createServer(app).listen(0, '127.0.0.1'))
    const agent = new Agent({ keepAlive: true })
    const [response] = (await once(get({ agent, host: '127.0.0.1', port: portOf(server), path: '/health' }), 'response')) as [IncomingMessage]
    await once(response.resume(), 'end')
    await closed(server)
    expect(response.statusCode).toBe(200)
  })

  base('clean: of fetch, when the server is closed', CLEAN, async () => {
    const server = await listening(createServer(app).listen(0, '127.0.0.1'))
    const response = await fetch(`http://127.0.0.1:${portOf(server)}/health`)
    await response.json()
    await closed(server)
    expect(response.status).toBe(200)
  })

  base('clean: of supertest', CLEAN, async () => {
    const agent = request.agent(app)
    await agent.get('/health').expect(200)
    await agent.get('/health').expect(200)
  })
})
