import express, { type Request, type Response } from 'express'
import { size } from 'heavy-boot'
import { createRequire } from 'node:module'
import request from 'supertest'
import { expect, test } from 'vitest'
import { size as own } from '../src/heavy-module.ts'
import { CLEAN } from '../src/settings.ts'

const require = createRequire(import.meta.url)
require('heavy-boot-cjs')

const app = express()

app.get('/required', (_request: Request, response: Response): void => {
  response.json(require('heavy-boot-cjs'))
})

app.get('/imported', async (_request: Request, response: Response): Promise<void> => {
  response.json(await import('heavy-boot'))
})

test('clean: heavy modules loaded with the file', CLEAN, () => {
  expect(size).toBe(own)
})

test('clean: required again by a request', CLEAN, async () => {
  await request(app).get('/required').expect(200)
})

test('clean: imported again by a request', CLEAN, async () => {
  await request(app).get('/imported').expect(200)
})

test('clean: imported again in the body', CLEAN, async () => {
  const module = await import('../src/heavy-module.ts')
  expect(module.size).toBe(own)
})
