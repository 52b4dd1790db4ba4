import { setImmediate } from 'node:timers/promises'
import request from 'supertest'
import { afterEach, describe, expect, test } from 'vitest'
import { record } from '../../src/audit.ts'
import { app } from '../../src/service.ts'
import { CLEAN } from '../../src/settings.ts'

describe.concurrent('timers that outlive their test', () => {
  // EXPECT 42 leaves-first: leaked-resource in "timers that outlive their test > the first one's"
  test("the first one's", async ({ expect }) => {
    const timer = setInterval(() => {}, 60_000) // BLAME leaves-first
    await setImmediate()
    expect(timer.hasRef()).toBe(true)
  })

  // EXPECT 42 leaves-second: leaked-resource in "timers that outlive their test > the second one's"
  test("the second one's", async ({ expect }) => {
    await setImmediate()
    const timer = setTimeout(() => {}, 60_000) // BLAME leaves-second
    expect(timer.hasRef()).toBe(true)
  })

  test('clean: a third one clears it', CLEAN, async ({ expect }) => {
    const timer = setInterval(() => {}, 60_000)
    await setImmediate()
    clearInterval(timer)
    expect(timer.hasRef()).toBe(true)
  })
})

// The same line, by two tests at once.
describe.concurrent('promises that outlive their test', () => {
  // EXPECT 42 drops-first: floating-promise in "promises that outlive their test > the first one's" at drops
  test("the first one's", async () => {
    await setImmediate()
    drop('first')
  })

  // EXPECT 42 drops-second: floating-promise in "promises that outlive their test > the second one's" at drops
  test("the second one's", async () => {
    await setImmediate()
    drop('second')
  })

  test('clean: a third one waits', CLEAN, async () => {
    await setImmediate()
    await record('third')
  })
})

function drop(entry: string): void {
  void record(entry) // BLAME drops
}

describe('timers of parallel requests', () => {
  // EXPECT 42 prices-of-eur: leaked-resource in "timers of parallel requests > two at once" request "GET /prices?of=EUR" at prices
  // EXPECT 42 prices-of-usd: leaked-resource in "timers of parallel requests > two at once" request "GET /prices?of=USD" at prices
  test('two at once', async () => {
    const paths = ['/prices?of=EUR', '/prices?of=USD', '/prices-mended']
    const responses = await Promise.all(paths.map((path) => request(app).get(path)))
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200])
  })

  test('clean: two at once', CLEAN, async () => {
    const responses = await Promise.all([request(app).get('/prices-mended?of=EUR'), request(app).get('/prices-mended?of=USD')])
    expect(responses.map(({ status }) => status)).toEqual([200, 200])
  })
})

// Vitest says in `afterEach` whose it is, also among concurrent tests.
describe.concurrent('promises that afterEach waits for', () => {
  const recorded = new Map<string, Promise<string>>()
  afterEach(async ({ task }) => void (await recorded.get(task.name)))

  test.each(['clean: one', 'clean: another'])('%s', CLEAN, (name) => {
    recorded.set(name, record(name))
  })
})
