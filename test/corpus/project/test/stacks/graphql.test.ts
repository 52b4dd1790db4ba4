// Vite would take the package's ES modules; graphql-http, which Node loads, has the others.
import { buildSchema } from 'graphql/index.js'
import { createHandler as createExpressHandler } from 'graphql-http/lib/use/express'
import { createHandler } from 'graphql-http/lib/use/http'
import { pbkdf2Sync } from 'node:crypto'
import express from 'express'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { hash, HEAVY } from '../../src/hash.ts'
import { CLEAN } from '../../src/settings.ts'
import { timed } from '../../src/truth.ts'

const schema = buildSchema('type Query { busy(key: String!): String, mended: String }')
const rootValue = {
  busy({ key }: { key: string }): string {
    timed(key, () => pbkdf2Sync(...HEAVY)) // BLAME graphql
    return key
  },
  mended: hash,
}

const bare = createHandler({ schema, rootValue })
const app = express().all('/graphql', createExpressHandler({ schema, rootValue }))
const ask = (to: Parameters<typeof request>[0], query: string) => request(to).post('/graphql').send({ query })

// A first request takes long: while the module is loaded, it is nobody's.
await ask(bare, '{ mended }').expect(200)
await ask(app, '{ mended }').expect(200)

describe('graphql-http', () => {
  // EXPECT 64 graphql: blocking-call sync-crypto in "graphql-http > a resolver" request "POST /graphql"
  test('a resolver', async () => {
    await ask(bare, '{ busy(key: "graphql") }').expect(200, { data: { busy: 'graphql' } })
  })

  // EXPECT 64 graphql-express: blocking-call sync-crypto in "graphql-http > a resolver behind express" request "POST /graphql" at graphql
  test('a resolver behind express', async () => {
    await ask(app, '{ busy(key: "graphql-express") }').expect(200, { data: { busy: 'graphql-express' } })
  })

  test('clean: a resolver', CLEAN, async () => {
    expect(await ask(bare, '{ mended }').expect(200)).toHaveNoBlockingCalls()
  })

  test('clean: a resolver behind express', CLEAN, async () => {
    expect(await ask(app, '{ mended }').expect(200)).toHaveNoBlockingCalls()
  })

  // EXPECT 65 graphql-parallel: blocking-call sync-crypto in "graphql-http > one of two requests" request "POST /graphql" at graphql victims any
  test('one of two requests', async () => {
    const [slow, other] = await Promise.all([ask(bare, '{ busy(key: "graphql-parallel") }'), ask(bare, '{ mended }')])
    expect(other).toHaveNoBlockingCalls()
    expect(slow).not.toHaveNoBlockingCalls()
  })
})
