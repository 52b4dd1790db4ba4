import { setTimeout as sleep } from 'node:timers/promises'
import express from 'express'
import { discover, follow, poll, refresh, retry, serve, tail } from 'late-dep'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { CLEAN } from '../../src/settings.ts'

// Where they are made, no own frame is on the stack.
describe('what a dependency makes a little later', () => {
  // EXPECT 71 late-server: leaked-resource in "what a dependency makes a little later > in the next tick" dep says "server"
  test('in the next tick', async () => {
    serve() // BLAME late-server
    await sleep(20)
  })

  // EXPECT 71 late-microtask: leaked-resource in "what a dependency makes a little later > in a microtask" through "late-dep" says "setInterval"
  test('in a microtask', async () => {
    poll() // BLAME late-microtask
    await sleep(20)
  })

  // EXPECT 71 late-watcher: leaked-resource in "what a dependency makes a little later > after a promise of the file system" dep
  test('after a promise of the file system', async () => {
    follow() // BLAME late-watcher
    await sleep(20)
  })

  // EXPECT 71 late-callback: leaked-resource in "what a dependency makes a little later > after a callback of the file system" through "late-dep" says "setInterval"
  test('after a callback of the file system', async () => {
    refresh() // BLAME late-callback
    await sleep(20)
  })

  // EXPECT 71 late-lookup: leaked-resource in "what a dependency makes a little later > after a look-up of a name" through "late-dep" says "setInterval"
  test('after a look-up of a name', async () => {
    discover() // BLAME late-lookup
    await sleep(20)
  })

  // EXPECT 71 late-event: leaked-resource in "what a dependency makes a little later > after an event of a stream" through "late-dep" says "setInterval"
  test('after an event of a stream', async () => {
    tail() // BLAME late-event
    await sleep(20)
  })

  // EXPECT 71 late-timer: leaked-resource in "what a dependency makes a little later > when a timer fires" through "late-dep" says "setInterval"
  test('when a timer fires', async () => {
    retry() // BLAME late-timer
    await sleep(20)
  })

  test('clean: all of it', CLEAN, async () => {
    const ends = [serve(), poll(), follow(), refresh(), discover(), tail(), retry()]
    await sleep(20)
    await Promise.all(ends.map((end) => end()))
  })
})

const app = express()
app.post('/late', express.json(), (_request, response) => {
  poll() // BLAME late-handler
  response.json({ polls: true })
})
app.post('/late-mended', express.json(), (_request, response) => {
  const end = poll()
  response.on('close', () => void end())
  response.json({ polls: true })
})

// A first request takes long: while the module is loaded, it is nobody's.
await request(app).post('/late-mended').send({ name: 'Ada' }).expect(200)

describe('what a dependency makes a little later than a handler calls it', () => {
  // EXPECT 71 late-handler: leaked-resource in "what a dependency makes a little later than a handler calls it > in a microtask" request "POST /late" through "late-dep"
  test('in a microtask', async () => {
    await request(app).post('/late').send({ name: 'Ada' }).expect(200)
  })

  test('clean: in a microtask', CLEAN, async () => {
    const response = await request(app).post('/late-mended').send({ name: 'Ada' })
    expect(response.body).toEqual({ polls: true })
  })
})
