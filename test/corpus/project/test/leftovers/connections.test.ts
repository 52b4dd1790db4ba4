import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { Client } from 'leaky-dep'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { upstream } from '../../src/routes/uploads.ts'
import { app } from '../../src/service.ts'
import { CLEAN } from '../../src/settings.ts'

// Their own ends keep nothing alive, and are no obstacle to closing.
const events = createServer((_request, response) => void response.write('event\n')).on('connection', (socket) => socket.unref())
const pages = createServer(({ url }, response) => void (url === '/open' ? response.write('page') : response.end('page'))).on('connection', (socket) => socket.unref())
const echo = createTcpServer((socket) => socket.unref().pipe(socket))

let url: string
let pagesUrl: string
let port: number

beforeAll(async () => {
  const [eventsPort, pagesPort, echoPort] = await Promise.all([events, pages, echo].map(async (server) => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return (server.address() as AddressInfo).port
  }))
  url = `http://127.0.0.1:${eventsPort}`
  pagesUrl = `http://127.0.0.1:${pagesPort}`
  port = echoPort!
  upstream.url = url
})
afterAll(() => {
  for (const server of [events, pages, echo]) server.close()
})

/** `fetch` ends the connections of responses that nobody has any more. */
const responses: Response[] = []

describe('responses that are not read', () => {
  // EXPECT 52 fetch-unread: leaked-resource in "responses that are not read > of fetch" says "socket"
  test('of fetch', async () => {
    const response = await fetch(url) // BLAME fetch-unread
    responses.push(response)
    expect(response.status).toBe(200)
  })

  test('clean: of fetch, cancelled', CLEAN, async () => {
    const response = await fetch(url)
    responses.push(response)
    expect(response.status).toBe(200)
    await response.body!.cancel()
  })

  test('clean: of fetch, read, on a connection that the next test uses', CLEAN, async () => {
    const response = await fetch(`${pagesUrl}/whole`)
    expect(await response.text()).toBe('page')
  })

  // EXPECT 52 fetch-reused: leaked-resource in "responses that are not read > of fetch, on the connection of the test before" says "socket"
  test('of fetch, on the connection of the test before', async () => {
    const read = await fetch(`${pagesUrl}/whole`)
    expect(await read.text()).toBe('page')
    const response = await fetch(`${pagesUrl}/open`) // BLAME fetch-reused
    responses.push(response)
    expect(response.status).toBe(200)
  })

  // EXPECT 52 fetch-handler: leaked-resource in "responses that are not read > of fetch in a handler" request "GET /status" says "socket"
  test('of fetch in a handler', async () => {
    await request(app).get('/status').expect(200)
  })

  test('clean: of fetch in a handler, cancelled', CLEAN, async () => {
    await request(app).get('/status-mended').expect(200)
  })

  // EXPECT 52 get-unread: leaked-resource in "responses that are not read > of http.get" says "socket"
  test('of http.get', async () => {
    const asked = get(url) // BLAME get-unread
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    expect(response.statusCode).toBe(200)
  })

  test('clean: of http.get, destroyed', CLEAN, async () => {
    const asked = get(url)
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    expect(response.statusCode).toBe(200)
    response.destroy()
  })
})

describe('sockets', () => {
  // EXPECT 52 socket: leaked-resource in "sockets > that are not ended" says "socket"
  test('that are not ended', async () => {
    const socket = connect(port, '127.0.0.1') // BLAME socket
    await once(socket, 'connect')
    expect(socket.readyState).toBe('open')
  })

  test('clean: that are destroyed', CLEAN, async () => {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.destroy()
  })

  // EXPECT 52 socket-dependency: leaked-resource in "sockets > of a dependency" dep says "socket"
  test('of a dependency', async () => {
    const client = new Client()
    await client.open(port) // BLAME socket-dependency
  })

  test('clean: of a dependency', CLEAN, async () => {
    const client = new Client()
    await client.open(port)
    await client.end()
  })
})
