import { setTimeout as sleep } from 'node:timers/promises'
import { send } from 'leaky-dep'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { app } from '../../src/service.ts'
import { CLEAN } from '../../src/settings.ts'

// Vitest itself tells of the errors in this file, with the test that happens to run, and the run fails for them.

async function save(name: string): Promise<void> {
  await sleep(20)
  throw new Error(`no room for ${name}`) // BLAME rejection
}

describe('errors that nobody handles', () => {
  // EXPECT 55 rejection: unhandled-rejection in "errors that nobody handles > of a promise, after its test" errors
  test('of a promise, after its test', () => {
    void save('Ada')
  })

  test('meanwhile, the first', async () => {
    await sleep(60)
  })

  test('clean: of a promise, handled', CLEAN, async () => {
    await expect(save('Grace')).rejects.toThrow('no room')
  })

  test('clean: of a promise, handled after its test', CLEAN, () => {
    save('Barbara').catch(() => {})
  })

  test('clean: of promises that are all waited for', CLEAN, async () => {
    const results = await Promise.allSettled([save('Ada'), save('Grace')])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })

  // EXPECT 55 rejection-handler: unhandled-rejection in "errors that nobody handles > of a handler" request "POST /welcome" errors
  test('of a handler', async () => {
    await request(app).post('/welcome').expect(200)
  })

  test('meanwhile, the second', async () => {
    await sleep(60)
  })

  test('clean: of a handler', CLEAN, async () => {
    await request(app).post('/welcome-mended').expect(200)
  })

  // EXPECT 55 rejection-timer: unhandled-rejection in "errors that nobody handles > of a timer's promise" errors
  test("of a timer's promise", () => {
    setTimeout(async () => {
      await Promise.resolve()
      throw new Error('cannot refresh') // BLAME rejection-timer
    }, 20)
  })

  test('meanwhile, the third', async () => {
    await sleep(60)
  })

  test("clean: of a timer's promise", CLEAN, () => {
    setTimeout(async () => {
      try {
        await Promise.reject(new Error('cannot refresh'))
      } catch {
        // Next time, perhaps.
      }
    }, 20)
  })

  // EXPECT 55 uncaught-timer: unhandled-rejection in "errors that nobody handles > of a timer" errors
  test('of a timer', () => {
    setTimeout(() => {
      throw new Error('the clock is broken') // BLAME uncaught-timer
    }, 20)
  })

  test('meanwhile, the fourth', async () => {
    await sleep(60)
  })

  // EXPECT 55 rejection-dependency: unhandled-rejection in "errors that nobody handles > of a dependency" dep errors
  test('of a dependency', async () => {
    void send('nowhere') // BLAME rejection-dependency
    await sleep(5)
  })

  test('clean: of a dependency', CLEAN, async () => {
    await expect(send('nowhere')).rejects.toThrow('no address')
  })
})

describe.concurrent('errors of concurrent tests', () => {
  // EXPECT 55 rejection-concurrent: unhandled-rejection in "errors of concurrent tests > one leaves it" errors
  test('one leaves it', async () => {
    await sleep(1)
    void Promise.resolve().then(() => sleep(10)).then(() => {
      throw new Error('too late') // BLAME rejection-concurrent
    })
  })

  test('clean: another goes on', CLEAN, async () => {
    await sleep(60)
  })
})
