import { createReadStream, readFileSync, rmSync, writeFileSync } from 'node:fs'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BIG_FILE } from '../src/amounts.ts'
import { app } from '../src/app.ts'
import { after } from '../src/clock.ts'
import { CLEAN, CLEAN_SYNC_CALLS, SYNC_CALLS } from '../src/settings.ts'
import { start, stop } from '../src/truth.ts'

describe('one long read', () => {
  // EXPECT 1 read-handler: blocking-call sync-io in "one long read > in a handler" request "GET /download"
  test('in a handler', async () => {
    await request(app).get('/download').expect(200)
  })

  test('clean: in a handler', CLEAN, async () => {
    await request(app).get('/download-async').expect(200)
  })

  // EXPECT 1 read-body: blocking-call sync-io in "one long read > in the body"
  test('in the body', () => {
    const from = start()
    const bytes = readFileSync(BIG_FILE) // BLAME read-body
    stop('read-body', from)
    expect(bytes.length).toBeGreaterThan(0)
  })

  test('clean: in the body', CLEAN, async () => {
    let length = 0
    for await (const chunk of createReadStream(BIG_FILE)) length += (chunk as Buffer).length
    expect(length).toBeGreaterThan(0)
  })

  // EXPECT 1 read-second: blocking-call sync-io in "one long read > the second of two in a handler" request "GET /download-twice"
  test('the second of two in a handler', async () => {
    await request(app).get('/download-twice').expect(200)
  })

  // EXPECT 1 dependency-read: blocking-call sync-io in "one long read > in a dependency, called by a handler" request "GET /download-by-dependency" dep
  test('in a dependency, called by a handler', async () => {
    await request(app).get('/download-by-dependency').expect(200)
  })
})

describe('many short reads', () => {
  // Short, but what they read takes longer than their loop, wherever system calls or clocks are slow.
  const SHORT_FILE = 'short.bin'
  beforeAll(() => writeFileSync(SHORT_FILE, Buffer.alloc(100_000, 'x')))
  afterAll(() => rmSync(SHORT_FILE))

  // EXPECT 1 reads-many: blocking-call sync-io in "many short reads > in a loop"
  test('in a loop', () => {
    const done = after(150)
    const from = start()
    let length = 0
    do {
      for (let i = 0; i < 20; i++) length += readFileSync(SHORT_FILE).length // BLAME reads-many
    } while (!done())
    stop('reads-many', from)
    expect(length).toBeGreaterThan(0)
  })

  test('clean: a few', CLEAN, () => {
    let length = 0
    for (let i = 0; i < 20; i++) length += readFileSync('package.json').length
    expect(length).toBeGreaterThan(0)
  })

  // The read takes most of the time, but neither of the two is over the threshold for certain.
  // EXPECT 1 reads-and-cpu: blocking-call sync-io in "many short reads > after some computing"
  test('after some computing', () => {
    const [computed, read] = [after(60), after(160)]
    const from = start()
    let sum = 0
    do {
      for (let i = 0; i < 30_000; i++) sum += Math.sqrt(i)
    } while (!computed())
    do {
      for (let i = 0; i < 20; i++) sum += readFileSync(SHORT_FILE).length // BLAME reads-and-cpu
    } while (!read())
    stop('reads-and-cpu', from)
    expect(sum).toBeGreaterThan(0)
  })
})

describe('the rule sync-call', () => {
  // EXPECT 2 exists: sync-call in "the rule sync-call > on, in a handler" request "GET /exists"
  test('on, in a handler', SYNC_CALLS, async () => {
    await request(app).get('/exists').expect(200)
  })

  test('clean: on, in a handler', CLEAN_SYNC_CALLS, async () => {
    await request(app).get('/exists-async').expect(200)
  })

  test('clean: off, in a handler', CLEAN, async () => {
    await request(app).get('/exists').expect(200)
  })

  // EXPECT 2 read-short: sync-call in "the rule sync-call > on, in the body"
  test('on, in the body', SYNC_CALLS, () => {
    const text = readFileSync('package.json', 'utf8') // BLAME read-short
    expect(text).toContain('corpus')
  })

  describe('exempt', CLEAN_SYNC_CALLS, () => {
    let text: string
    beforeAll(() => {
      text = readFileSync('package.json', 'utf8')
    })

    test('clean: in beforeAll', () => {
      expect(text).toContain('corpus')
    })

    test('clean: while a module loads', async () => {
      const { text } = await import('../src/reads-at-load.ts')
      expect(text).toContain('corpus')
    })
  })
})
