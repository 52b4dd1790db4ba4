import request from 'supertest'
import express from 'express'
import { describe, expect, test } from 'vitest'
import { entries, record } from '../../src/audit.ts'
import { inbox } from '../../src/inbox.ts'
import { CLEAN } from '../../src/settings.ts'

const app = express()
app.get('/health', (_request, response) => void response.json({ healthy: true }))

/** Promises of one test: what stacks may cost a file is long used up when all have run. */
const PROMISES = 200
const TESTS = Array.from({ length: 300 }, (_, index) => index)

test.for(TESTS)('clean: one of many tests %i', async (index) => {
  let sum = 0
  for (let i = 0; i < PROMISES; i++) sum += await Promise.resolve(index)
  expect(sum).toBe(index * PROMISES)
})

describe('after many tests', () => {
  // EXPECT 70 many-dropped: floating-promise in "after many tests > a promise is dropped"
  test('a promise is dropped', async () => {
    await Promise.resolve()
    void record('many') // BLAME many-dropped
  })

  // EXPECT 70 many-requested: floating-promise in "after many tests > a promise is dropped beside a request"
  test('a promise is dropped beside a request', async () => {
    void record('many requested', 150) // BLAME many-requested
    await request(app).get('/health').expect(200)
  })

  // EXPECT 70 many-pending: floating-promise in "after many tests > a promise stays pending"
  test('a promise stays pending', () => {
    void inbox.next() // BLAME many-pending
  })

  // EXPECT 70 many-interval: leaked-resource in "after many tests > an interval" says "setInterval"
  test('an interval', async () => {
    await Promise.resolve()
    setInterval(() => entries.length, 1000) // BLAME many-interval
  })

  test('come to an end', async () => {
    await expect.poll(() => entries).toEqual(expect.arrayContaining(['many', 'many requested']))
  })

  test('clean: a promise is awaited', CLEAN, async () => {
    expect(await record('awaited')).toBe('awaited')
  })

  test('clean: an interval is cleared', CLEAN, async () => {
    await Promise.resolve()
    clearInterval(setInterval(() => entries.length, 1000))
  })
})
