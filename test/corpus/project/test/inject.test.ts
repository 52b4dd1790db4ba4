import { pbkdf2, pbkdf2Sync } from 'node:crypto'
import { promisify } from 'node:util'
import fastify from 'fastify'
import { expect, test } from 'vitest'
import { amounts } from '../src/amounts.ts'
import { CLEAN } from '../src/settings.ts'
import { start, stop } from '../src/truth.ts'

const app = fastify()

app.get('/key', async () => {
  const from = start()
  const key = pbkdf2Sync('password', 'salt', amounts.pbkdf2Iterations, 64, 'sha512') // BLAME inject
  stop('inject', from)
  return { hex: key.toString('hex') }
})

app.get('/key-async', async () => {
  const key = await promisify(pbkdf2)('password', 'salt', amounts.pbkdf2Iterations, 64, 'sha512')
  return { hex: key.toString('hex') }
})

// EXPECT 4 inject: blocking-call sync-crypto in "an injected request" request "GET /key"
test('an injected request', async () => {
  const response = await app.inject('/key')
  expect(response.statusCode).toBe(200)
})

test('clean: an injected request', CLEAN, async () => {
  const response = await app.inject('/key-async')
  expect(response.statusCode).toBe(200)
})
