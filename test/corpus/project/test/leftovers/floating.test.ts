import { setTimeout as sleep } from 'node:timers/promises'
import fastify from 'fastify'
import { upload } from 'leaky-dep'
import request from 'supertest'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { entries, record, signUp, signUpMended } from '../../src/audit.ts'
import { burn } from '../../src/clock.ts'
import { Inbox, inbox } from '../../src/inbox.ts'
import { app } from '../../src/service.ts'
import { CLEAN } from '../../src/settings.ts'
import { start, stop } from '../../src/truth.ts'

const injected = fastify()
injected.post('/log', async () => {
  void record('injected') // BLAME floating-inject
  return { logged: true }
})
injected.post('/log-mended', async () => ({ logged: await record('injected') }))
await injected.ready()

describe('promises that settle after their test', () => {
  // EXPECT 47 floating: floating-promise in "promises that settle after their test > in the body"
  test('in the body', () => {
    record('in the body') // BLAME floating
  })

  // EXPECT 47 floating-service: floating-promise in "promises that settle after their test > in a service"
  test('in a service', async () => {
    expect(await signUp('Ada')).toBe('Ada')
  })

  // EXPECT 47 floating-then: floating-promise in "promises that settle after their test > of a chain"
  test('of a chain', () => {
    record('of a chain').then((entry) => entries.push(`${entry}, written`)) // BLAME floating-then
  })

  // EXPECT 47 floating-dependency: floating-promise in "promises that settle after their test > of a dependency"
  test('of a dependency', () => {
    upload('photo.png') // BLAME floating-dependency
  })

  // EXPECT 58 for-each: floating-promise in "promises that settle after their test > of forEach"
  test('of forEach', () => {
    const names = ['Ada', 'Grace', 'Barbara']
    names.forEach(async (name) => { // BLAME for-each
      await record(`for each: ${name}`)
    })
    expect(names).toHaveLength(3)
  })

  // EXPECT 61 floating-next: floating-promise in "promises that settle after their test > in the next one's time"
  test("in the next one's time", async () => {
    await Promise.resolve()
    void record('in time') // BLAME floating-next
  })

  test('is the next one', async () => {
    await expect.poll(() => entries).toContain('in time')
  })
})

describe('promises that are waited for', () => {
  const recorded: Promise<string>[] = []
  afterEach(async () => void (await Promise.all(recorded)))

  test('clean: in the body', CLEAN, async () => {
    expect(await record('in the body')).toBe('in the body')
  })

  test('clean: in a service', CLEAN, async () => {
    expect(await signUpMended('Grace')).toBe('Grace')
  })

  test('clean: of a chain', CLEAN, async () => {
    expect(await record('of a chain').then((entry) => entry.length)).toBe(10)
  })

  test('clean: of a dependency', CLEAN, async () => {
    await upload('photo.png')
  })

  test('clean: of map', CLEAN, async () => {
    expect(await Promise.all(['Ada', 'Grace'].map(async (name) => await record(name)))).toEqual(['Ada', 'Grace'])
  })

  test('clean: in afterEach', CLEAN, () => {
    recorded.push(record('in afterEach'))
  })

  test('clean: in onTestFinished', CLEAN, ({ onTestFinished }) => {
    const written = record('in onTestFinished')
    onTestFinished(async () => void (await written))
  })

  test('clean: by its own end', CLEAN, async () => {
    void record('by its own end')
    await expect.poll(() => entries).toContain('by its own end')
  })

  test('clean: by somebody who handles its failure', CLEAN, () => {
    record('by somebody who handles its failure').catch(() => entries.push('failed'))
  })

  test('clean: by a Promise.all that fails early', CLEAN, async () => {
    await expect(Promise.all([record('late'), Promise.reject(new Error('early'))])).rejects.toThrow('early')
  })
})

describe('promises that are waited for later', () => {
  let first: Promise<string>
  let second: Promise<string>
  afterAll(async () => expect(await second).toBe('for afterAll'))

  test('clean: started by one test', CLEAN, () => {
    first = record('for the next test')
    second = record('for afterAll')
    expect(first).toBeInstanceOf(Promise)
  })

  test('clean: finished by the next one', CLEAN, async () => {
    first ??= record('for the next test')
    second ??= record('for afterAll')
    expect(await first).toBe('for the next test')
  })
})

describe('promises that stay pending', () => {
  const waiting: Promise<string>[] = []

  // EXPECT 49 pending: floating-promise in "promises that stay pending > dropped"
  test('dropped', () => {
    void inbox.next() // BLAME pending
  })

  // EXPECT 49 pending-stored: floating-promise in "promises that stay pending > stored, and never waited for"
  test('stored, and never waited for', () => {
    waiting.push(inbox.next()) // BLAME pending-stored
    expect(waiting).toHaveLength(1)
  })

  test('clean: settled in time', CLEAN, async () => {
    const own = new Inbox()
    const message = own.next()
    own.put('hello')
    expect(await message).toBe('hello')
  })
})

describe('promises of handlers', () => {
  // EXPECT 47 floating-handler: floating-promise in "promises of handlers > dropped" request "POST /sign-up"
  test('dropped', async () => {
    await request(app).post('/sign-up').expect(200)
  })

  test('clean: awaited', CLEAN, async () => {
    await request(app).post('/sign-up-mended').expect(200)
  })

  // EXPECT 58 for-each-handler: floating-promise in "promises of handlers > of forEach" request "POST /sign-ups"
  test('of forEach', async () => {
    await request(app).post('/sign-ups').expect(200)
  })

  test('clean: of map', CLEAN, async () => {
    await request(app).post('/sign-ups-mended').expect(200)
  })

  // EXPECT 49 pending-handler: floating-promise in "promises of handlers > that stay pending" request "GET /notify"
  test('that stay pending', async () => {
    await request(app).get('/notify').expect(200)
  })

  test('clean: that settle', CLEAN, async () => {
    await request(app).get('/notify-mended').expect(200)
  })

  // EXPECT 47 floating-inject: floating-promise in "promises of handlers > of an injected request" request "POST /log"
  test('of an injected request', async () => {
    const response = await injected.inject({ method: 'POST', url: '/log' })
    expect(response.statusCode).toBe(200)
  })

  test('clean: of an injected request', CLEAN, async () => {
    const response = await injected.inject({ method: 'POST', url: '/log-mended' })
    expect(response.statusCode).toBe(200)
  })

  // The last one waits until those before it have gone, as a real suite would have it.
  test('come to an end', async () => {
    await sleep(40)
    expect(entries).toContain('injected')
  })
})

describe('a timer that fires during the next test', () => {
  // EXPECT 61 late: blocking-call cpu in "a timer that fires during the next test > of the body" at burn victims any
  test('of the body', () => {
    setTimeout(() => {
      const from = start()
      burn(150)
      stop('late', from)
    }, 20)
  })

  test('meanwhile, the first', async () => {
    await sleep(60)
  })

  test('clean: of the body', CLEAN, () => {
    const timer = setTimeout(() => burn(150), 20)
    clearTimeout(timer)
  })

  // EXPECT 61 late-handler: blocking-call cpu in "a timer that fires during the next test > of a handler" request "GET /recount" at burn victims any
  test('of a handler', async () => {
    await request(app).get('/recount').expect(200)
  })

  test('meanwhile, the second', async () => {
    await sleep(60)
  })

  test('clean: of a handler', CLEAN, async () => {
    await request(app).get('/recount-mended').expect(200)
  })
})
