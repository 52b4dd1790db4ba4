import { pbkdf2, pbkdf2Sync } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { amounts } from '../src/amounts.ts'
import { app } from '../src/app.ts'
import { CLEAN } from '../src/settings.ts'
import { start, stop } from '../src/truth.ts'

const { pbkdf2Iterations: iterations } = amounts

describe('after an await', () => {
  // EXPECT 27 after-await: blocking-call sync-crypto in "after an await > in the body"
  test('in the body', async () => {
    await sleep(5)
    const from = start()
    const key = pbkdf2Sync('password', 'salt', iterations, 64, 'sha512') // BLAME after-await
    stop('after-await', from)
    await sleep(5)
    expect(key).toHaveLength(64)
  })

  test('clean: in the body', CLEAN, async () => {
    await sleep(5)
    const key = await promisify(pbkdf2)('password', 'salt', iterations, 64, 'sha512')
    await sleep(5)
    expect(key).toHaveLength(64)
  })

  // EXPECT 27 after-await-handler: blocking-call sync-crypto in "after an await > in a handler" request "GET /after-await"
  test('in a handler', async () => {
    await request(app).get('/after-await').expect(200)
  })
})

describe('in a callback', () => {
  // EXPECT 13 in-timer: blocking-call sync-crypto in "in a callback > of a timer"
  test('of a timer', async () => {
    await new Promise<void>((resolve) => {
      setTimeout(() => {
        const from = start()
        pbkdf2Sync('password', 'salt', iterations, 64, 'sha512') // BLAME in-timer
        stop('in-timer', from)
        resolve()
      }, 5)
    })
  })

  test('clean: of a timer', CLEAN, async () => {
    await new Promise<void>((resolve) => {
      setTimeout(() => pbkdf2('password', 'salt', iterations, 64, 'sha512', () => resolve()), 5)
    })
  })

  // EXPECT 13 in-tick: blocking-call sync-crypto in "in a callback > of a tick"
  test('of a tick', async () => {
    await new Promise<void>((resolve) => {
      process.nextTick(() => {
        const from = start()
        pbkdf2Sync('password', 'salt', iterations, 64, 'sha512') // BLAME in-tick
        stop('in-tick', from)
        resolve()
      })
    })
  })

  test('clean: of a tick', CLEAN, async () => {
    await new Promise<void>((resolve) => {
      process.nextTick(() => pbkdf2('password', 'salt', iterations, 64, 'sha512', () => resolve()))
    })
  })
})

describe('chunks', () => {
  // EXPECT 29 chunks: blocking-call cpu in "chunks > without room between them" request "GET /chunks" at burn
  test('without room between them', async () => {
    await request(app).get('/chunks').expect(200)
  })

  test('clean: with room between them', CLEAN, async () => {
    await request(app).get('/chunks?yields').expect(200)
  })
})

test('clean: a slow response with an idle loop', CLEAN, async () => {
  await request(app).get('/slow').expect(200)
})
