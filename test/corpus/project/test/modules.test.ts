import express, { type Request, type Response } from 'express'
import { createRequire } from 'node:module'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { CLEAN } from '../src/settings.ts'
import { note, start, stop } from '../src/truth.ts'

interface Boot {
  size: number
}

const require = createRequire(import.meta.url)
const app = express()

app.get('/required', (_request: Request, response: Response): void => {
  const from = start()
  const { size } = require('heavy-boot-cjs') as Boot // BLAME required
  stop('required', from)
  response.json({ size })
})

app.get('/imported', async (_request: Request, response: Response): Promise<void> => {
  const { size, tookMs } = await import('heavy-boot') // BLAME imported
  note('imported', tookMs)
  response.json({ size })
})

describe('a module of a dependency', () => {
  // EXPECT 16 required: blocking-call module-load in "a module of a dependency > required by the first request" request "GET /required?first"
  test('required by the first request', async () => {
    await request(app).get('/required?first').expect(200)
  })

  test('required by the second request', async () => {
    await request(app).get('/required?second').expect(200)
  })

  // EXPECT 17 imported: blocking-call module-load in "a module of a dependency > imported by the first request" request "GET /imported?first"
  test('imported by the first request', async () => {
    await request(app).get('/imported?first').expect(200)
  })

  test('imported by the second request', async () => {
    await request(app).get('/imported?second').expect(200)
  })
})

describe('a module of the project', () => {
  // EXPECT 17 own-module: blocking-call module-load in "a module of the project > imported in the body"
  test('imported in the body', async () => {
    const { size, tookMs } = await import('../src/heavy-module.ts') // BLAME own-module
    note('own-module', tookMs)
    expect(size).toBeGreaterThan(0)
  })

  test('imported again', async () => {
    const { size } = await import('../src/heavy-module.ts')
    expect(size).toBeGreaterThan(0)
  })

  test('clean: a light one that has to be transformed', CLEAN, async () => {
    const { light } = await import('../src/light-module.ts')
    expect(light).toBe(true)
  })
})
