import express, { type Request, type Response } from 'express'
import { cloneAll, sortAll } from 'heavy-dep'
import request from 'supertest'
import { expect, test } from 'vitest'
import { amounts } from '../src/amounts.ts'
import { shuffled } from '../src/items.ts'
import { CLEAN } from '../src/settings.ts'
import { start, stop } from '../src/truth.ts'

const TO_SORT = shuffled(amounts.sortedItems)
const TO_CLONE = shuffled(amounts.clonedItems)
const STRUCTURED = shuffled(amounts.structuredItems)
const FEW = shuffled(100)

const app = express()

app.get('/sorted', (_request: Request, response: Response): void => {
  const from = start()
  const sorted = sortAll(TO_SORT) // BLAME dependency-sort
  stop('dependency-sort', from)
  response.json({ first: sorted[0] })
})

app.get('/sorted-few', (_request: Request, response: Response): void => {
  response.json({ first: sortAll(FEW)[0] })
})

// EXPECT 15 dependency-sort: blocking-call cpu in "sorting in a dependency, in a handler" request "GET /sorted" dep
test('sorting in a dependency, in a handler', async () => {
  await request(app).get('/sorted').expect(200)
})

test('clean: sorting in a dependency, in a handler', CLEAN, async () => {
  await request(app).get('/sorted-few').expect(200)
})

// EXPECT 15 dependency-clone: blocking-call cpu in "cloning in a dependency, in the body" dep
test('cloning in a dependency, in the body', () => {
  const from = start()
  const clone = cloneAll(TO_CLONE) // BLAME dependency-clone
  stop('dependency-clone', from)
  expect(clone.length).toBe(TO_CLONE.length)
})

test('clean: cloning in a dependency, in the body', CLEAN, () => {
  expect(cloneAll(FEW)).toHaveLength(100)
})

// EXPECT 15 structured-clone: blocking-call cpu in "cloning by the platform"
test('cloning by the platform', () => {
  const from = start()
  const clone = structuredClone(STRUCTURED) // BLAME structured-clone
  stop('structured-clone', from)
  expect(clone.length).toBe(STRUCTURED.length)
})

test('clean: cloning by the platform', CLEAN, () => {
  expect(structuredClone(FEW)).toHaveLength(100)
})
