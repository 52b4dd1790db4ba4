import { initTRPC } from '@trpc/server'
import { createExpressMiddleware } from '@trpc/server/adapters/express'
import { createHTTPHandler } from '@trpc/server/adapters/standalone'
import { pbkdf2Sync } from 'node:crypto'
import express from 'express'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { hash, HEAVY } from '../../src/hash.ts'
import { CLEAN } from '../../src/settings.ts'
import { timed } from '../../src/truth.ts'

const { procedure, router: createRouter } = initTRPC.create()
const input = (value: unknown): string => String(value)
const router = createRouter({
  busy: procedure.input(input).mutation(({ input }) => {
    timed(input, () => pbkdf2Sync(...HEAVY)) // BLAME trpc
    return input
  }),
  mended: procedure.input(input).mutation(() => hash()),
})

const standalone = createHTTPHandler({ router })
const app = express().use('/trpc', createExpressMiddleware({ router }))
const call = (to: Parameters<typeof request>[0], path: string, key: string) => request(to).post(path).send(JSON.stringify(key)).type('json')

// A first request takes long: while the module is loaded, it is nobody's.
await call(standalone, '/mended', 'first').expect(200)
await call(app, '/trpc/mended', 'first').expect(200)

describe('trpc', () => {
  // EXPECT 64 trpc: blocking-call sync-crypto in "trpc > a procedure" request "POST /busy"
  test('a procedure', async () => {
    await call(standalone, '/busy', 'trpc').expect(200, { result: { data: 'trpc' } })
  })

  // EXPECT 64 trpc-express: blocking-call sync-crypto in "trpc > a procedure behind express" request "POST /trpc/busy" at trpc
  test('a procedure behind express', async () => {
    await call(app, '/trpc/busy', 'trpc-express').expect(200, { result: { data: 'trpc-express' } })
  })

  test('clean: a procedure', CLEAN, async () => {
    expect(await call(standalone, '/mended', 'clean').expect(200)).toHaveNoBlockingCalls()
  })

  test('clean: a procedure behind express', CLEAN, async () => {
    expect(await call(app, '/trpc/mended', 'clean').expect(200)).toHaveNoBlockingCalls()
  })

  // EXPECT 65 trpc-parallel: blocking-call sync-crypto in "trpc > one of two requests" request "POST /busy" at trpc victims any
  test('one of two requests', async () => {
    const [slow, other] = await Promise.all([call(standalone, '/busy', 'trpc-parallel'), call(standalone, '/mended', 'other')])
    expect(other).toHaveNoBlockingCalls()
    expect(slow).not.toHaveNoBlockingCalls()
  })
})
