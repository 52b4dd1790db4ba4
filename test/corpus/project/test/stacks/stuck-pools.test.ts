import { setTimeout as sleep } from 'node:timers/promises'
import { Mutex } from 'async-mutex'
import { createPool } from 'generic-pool'
import { Redis } from 'ioredis'
import type { Knex } from 'knex'
import pLimit from 'p-limit'
import { afterAll, describe, expect, test } from 'vitest'
import { createDatabase } from '../../src/knex.ts'
import { redisOptions } from '../../src/redis.ts'
import { CLEAN } from '../../src/settings.ts'

const TIMES_OUT = { timeout: 300 }

const works = async (): Promise<string> => {
  await sleep(1)
  return 'done'
}

const mutex = new Mutex()

/** A job that fails keeps the lock. */
async function withLock(job: () => Promise<string>): Promise<string> {
  const release = await mutex.acquire() // BLAME stuck-async-mutex
  const result = await job()
  release()
  return result
}

const connections = () => createPool({ create: async () => ({ name: 'connection' }), destroy: async () => {} }, { max: 1 })

describe('tests that wait for their turn', () => {
  // EXPECT 77 stuck-p-limit: stuck-test in "tests that wait for their turn > in p-limit, inside of another job" fails
  test('in p-limit, inside of another job', TIMES_OUT, async () => {
    const limit = pLimit(1)
    await limit(async () => {
      await limit(works) // BLAME stuck-p-limit
    })
  })

  // EXPECT 77 stuck-async-mutex: stuck-test in "tests that wait for their turn > in async-mutex, after a job that failed" fails
  test('in async-mutex, after a job that failed', TIMES_OUT, async () => {
    await expect(withLock(() => Promise.reject(new Error('a bad job')))).rejects.toThrow('a bad job')
    await withLock(works)
  })

  // EXPECT 77 stuck-generic-pool: stuck-test in "tests that wait for their turn > in generic-pool, when all are in use" fails
  test('in generic-pool, when all are in use', TIMES_OUT, async () => {
    const pool = connections()
    expect(await pool.acquire()).toEqual({ name: 'connection' })
    await pool.acquire() // BLAME stuck-generic-pool
  })

  const redis = new Redis(redisOptions)
  afterAll(() => redis.disconnect())

  // EXPECT 77 stuck-redis: stuck-test in "tests that wait for their turn > for a job in redis" fails
  test('for a job in redis', TIMES_OUT, async () => {
    expect(await redis.ping()).toBe('PONG')
    await redis.blpop('jobs', 0) // BLAME stuck-redis
  })
})

describe('a pool of knex', () => {
  const database = createDatabase()
  let open: Knex.Transaction | undefined
  afterAll(async () => {
    await open?.rollback()
    // The one that waited comes first; a pool that is ended before it goes on for a second.
    await database.raw('select 3')
    await database.destroy()
  })

  test('clean: whose connections are given back', CLEAN, async () => {
    const transaction = await database.transaction()
    expect(await transaction.raw('select 1')).toEqual({ rows: [] })
    await transaction.commit()
    expect(await database.raw('select 2')).toEqual({ rows: [] })
  })

  // EXPECT 77 stuck-knex: stuck-test in "a pool of knex > whose connections are all in use" fails
  test('whose connections are all in use', TIMES_OUT, async () => {
    open = await database.transaction()
    expect(await open.raw('select 1')).toEqual({ rows: [] })
    await database.raw('select 2') // BLAME stuck-knex
  })
})

describe('tests whose turn comes', () => {
  test('clean: in p-limit, one after another', CLEAN, async () => {
    const limit = pLimit(1)
    expect(await Promise.all([limit(works), limit(works)])).toEqual(['done', 'done'])
  })

  test('clean: in async-mutex', CLEAN, async () => {
    const own = new Mutex()
    await expect(own.runExclusive(() => Promise.reject(new Error('a bad job')))).rejects.toThrow('a bad job')
    expect(await own.runExclusive(works)).toBe('done')
  })

  test('clean: in generic-pool', CLEAN, async () => {
    const pool = connections()
    const first = await pool.acquire()
    setTimeout(() => void pool.release(first), 5)
    expect(await pool.acquire()).toBe(first)
    await pool.release(first)
    await pool.drain()
    await pool.clear()
  })
})
