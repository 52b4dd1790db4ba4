import { promisify } from 'node:util'
import { brotliCompress, brotliCompressSync } from 'node:zlib'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { amounts } from '../src/amounts.ts'
import { app } from '../src/app.ts'
import { textOf } from '../src/items.ts'
import { CLEAN } from '../src/settings.ts'
import { start, stop } from '../src/truth.ts'

const TEXT = textOf(amounts.brotliBytes)

describe('compression', () => {
  // EXPECT 11 gzip-handler: blocking-call sync-zlib in "compression > gzip in a handler" request "GET /gzip"
  test('gzip in a handler', async () => {
    await request(app).get('/gzip').expect(200)
  })

  test('clean: gzip in a handler', CLEAN, async () => {
    await request(app).get('/gzip-async').expect(200)
  })

  // EXPECT 11 brotli: blocking-call sync-zlib in "compression > brotli in the body"
  test('brotli in the body', () => {
    const from = start()
    const { length } = brotliCompressSync(TEXT) // BLAME brotli
    stop('brotli', from)
    expect(length).toBeGreaterThan(0)
  })

  test('clean: brotli in the body', CLEAN, async () => {
    const { length } = await promisify(brotliCompress)(TEXT)
    expect(length).toBeGreaterThan(0)
  })
})
