import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { watch } from 'chokidar'
import express from 'express'
import { Redis } from 'ioredis'
import { io, type Socket } from 'socket.io-client'
import request from 'supertest'
import { describe, expect, inject, test } from 'vitest'
import { redisOptions } from '../../src/redis.ts'
import { CLEAN } from '../../src/settings.ts'

const FOLDER = 'src/routes'
const socketOptions = { transports: ['websocket'], forceNew: true }
const connected = (client: Socket): Promise<void> => new Promise((done) => void client.once('connect', done))

describe('ioredis', () => {
  // EXPECT 72 ioredis: leaked-resource in "ioredis > left open" through "ioredis" says "socket"
  test('left open', async () => {
    const redis = new Redis(redisOptions) // BLAME ioredis
    expect(await redis.ping()).toBe('PONG')
  })

  // EXPECT 72 ioredis-lazy: leaked-resource in "ioredis > left open, connected by its first command" through "ioredis" says "socket"
  test('left open, connected by its first command', async () => {
    const redis = new Redis({ ...redisOptions, lazyConnect: true })
    expect(await redis.ping()).toBe('PONG') // BLAME ioredis-lazy
  })

  test('clean: closed', CLEAN, async () => {
    const redis = new Redis(redisOptions)
    expect(await redis.ping()).toBe('PONG')
    await redis.quit()
  })

  test('clean: disconnected', CLEAN, async () => {
    const redis = new Redis({ ...redisOptions, lazyConnect: true })
    expect(await redis.ping()).toBe('PONG')
    const end = once(redis, 'end')
    redis.disconnect()
    await end
  })
})

const app = express()
app.post('/visits', express.json(), async (_request, response) => {
  const redis = new Redis(redisOptions) // BLAME ioredis-handler
  response.json({ visits: await redis.incr('visits') })
})
app.post('/visits-mended', express.json(), async (_request, response) => {
  const redis = new Redis(redisOptions)
  const visits = await redis.incr('visits')
  await redis.quit()
  response.json({ visits })
})

describe('ioredis in a handler', () => {
  // EXPECT 72 ioredis-handler: leaked-resource in "ioredis in a handler > left open" request "POST /visits" through "ioredis" says "socket"
  test('left open', async () => {
    await request(app).post('/visits').send({ name: 'Ada' }).expect(200, { visits: 1 })
  })

  test('clean: closed', CLEAN, async () => {
    await request(app).post('/visits-mended').send({ name: 'Ada' }).expect(200, { visits: 1 })
  })
})

describe('socket.io-client', () => {
  // EXPECT 72 socket-io-client: leaked-resource in "socket.io-client > left open" through "engine.io-client"
  test('left open', async () => {
    const client = io(inject('socketsUrl'), socketOptions) // BLAME socket-io-client
    await connected(client)
  })

  test('clean: closed', CLEAN, async () => {
    const client = io(inject('socketsUrl'), socketOptions)
    await connected(client)
    client.close()
  })
})

describe('chokidar', () => {
  // EXPECT 72 chokidar: leaked-resource in "chokidar > left open" through "chokidar"
  test('left open', async () => {
    const watcher = watch(FOLDER) // BLAME chokidar
    await once(watcher, 'ready')
  })

  // Another folder: chokidar shares one watcher of a folder among all that ask for it.
  // EXPECT 72 chokidar-early: leaked-resource in "chokidar > left open before it is ready" through "chokidar"
  test('left open before it is ready', () => {
    expect(watch('setup')).toBeDefined() // BLAME chokidar-early
  })

  // EXPECT 72 chokidar-polling: leaked-resource in "chokidar > left open, by polling" through "chokidar"
  test('left open, by polling', async () => {
    const watcher = watch(FOLDER, { usePolling: true, interval: 1000 }) // BLAME chokidar-polling
    await once(watcher, 'ready')
    await sleep(1)
  })

  test('clean: closed', CLEAN, async () => {
    const watcher = watch(FOLDER)
    await once(watcher, 'ready')
    await watcher.close()
  })

  test('clean: closed, by polling', CLEAN, async () => {
    const watcher = watch(FOLDER, { usePolling: true, interval: 1000 })
    await once(watcher, 'ready')
    await watcher.close()
  })
})
