import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { app } from '../src/app.ts'
import { after, burn } from '../src/clock.ts'
import { CLEAN, within } from '../src/settings.ts'
import { start, stop } from '../src/truth.ts'

// EXPECT 13 loop: blocking-call cpu in "a loop in a handler" request "GET /loop"
test('a loop in a handler', async () => {
  await request(app).get('/loop').expect(200)
})

test('clean: a loop in a handler', CLEAN, async () => {
  await request(app).get('/loop-short').expect(200)
})

// EXPECT 13 loop-body: blocking-call cpu in "a loop in the body"
test('a loop in the body', () => {
  const done = after(120)
  const rows: number[] = []
  const from = start()
  while (!done()) {
    rows.length = 0
    for (let i = 1; i < 20_000; i++) {
      rows.push(Math.atan2(Math.sqrt(i), Math.sin(i))) // BLAME loop-body
    }
  }
  stop('loop-body', from)
  expect(rows).not.toHaveLength(0)
})

describe('thresholds', () => {
  test('clean: 30 ms under a threshold of 50', { meta: { asyncProfiler: { ...CLEAN.meta.asyncProfiler, blockingThreshold: 50 } } }, () => {
    expect(burn(30)).not.toBe(0)
  })

  // EXPECT 14 threshold: blocking-call cpu in "thresholds > 30 ms over a threshold of 20" at burn over 20
  test('30 ms over a threshold of 20', { meta: { asyncProfiler: { blockingThreshold: 20 } } }, () => {
    const from = start()
    const sum = burn(30)
    stop('threshold', from)
    expect(sum).not.toBe(0)
  })
})

describe('no turn of the loop', () => {
  // EXPECT 30 no-turn: blocking-call cpu in "no turn of the loop > before the test ends" at burn
  test('before the test ends', () => {
    const from = start()
    const sum = burn(150)
    stop('no-turn', from)
    expect(sum).not.toBe(0)
  })

  test('clean: first of two short ones', within(90), () => {
    expect(burn(60)).not.toBe(0)
  })

  test('clean: second of two short ones', within(90), () => {
    expect(burn(60)).not.toBe(0)
  })
})

// EXPECT 21 minute: stuck-test|blocking-call in "a synchronous minute" at burn needs long
test.runIf(process.env.CORPUS_LONG)('a synchronous minute', () => {
  const from = start()
  const sum = burn(60_000)
  stop('minute', from)
  expect(sum).not.toBe(0)
})
