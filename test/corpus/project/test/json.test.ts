import express, { type Request, type Response } from 'express'
import request from 'supertest'
import { expect, test } from 'vitest'
import { amounts } from '../src/amounts.ts'
import { app } from '../src/app.ts'
import { measurements, rows } from '../src/items.ts'
import { CLEAN } from '../src/settings.ts'
import { start, stop } from '../src/truth.ts'

const COUNT = amounts.parsedItems
const LONG = JSON.stringify(measurements(COUNT))
const SHORT = JSON.stringify(measurements(100))

const parser = express()

parser.get('/parse', ({ query }: Request, response: Response) => {
  const text = query.short === undefined ? LONG : SHORT
  const from = start()
  const values: number[] = JSON.parse(text) // BLAME parse-handler
  if (text === LONG) stop('parse-handler', from)
  const count: number = values.length
  response.json({ count })
})

// EXPECT 8 parse: blocking-call json in "JSON.parse in the body"
test('JSON.parse in the body', () => {
  const from = start()
  const values: number[] = JSON.parse(LONG) // BLAME parse
  stop('parse', from)
  expect(values).toHaveLength(COUNT)
})

test('clean: JSON.parse in the body', CLEAN, () => {
  const values: number[] = JSON.parse(SHORT)
  expect(values).toHaveLength(100)
})

// EXPECT 8 parse-handler: blocking-call json in "JSON.parse in a handler" request "GET /parse"
test('JSON.parse in a handler', async () => {
  await request(parser).get('/parse').expect(200)
})

test('clean: JSON.parse in a handler', CLEAN, async () => {
  await request(parser).get('/parse?short').expect(200)
})

// EXPECT 9 response-json: blocking-call json in "a huge response" request "GET /huge" through "express"
test('a huge response', async () => {
  // The body is thrown away: to parse it would be a stall of the test's own.
  const drained = request(app).get('/huge').buffer(false).parse((response, done) => void response.on('end', () => done(null, null)).on('data', () => {}))
  await drained.expect(200)
})

test('clean: a small response', CLEAN, async () => {
  await request(app).get('/small').expect(200)
})

const ROWS = rows(amounts.stringifiedRows)

// EXPECT 8 to-json: blocking-call json in "toJSON below JSON.stringify"
test('toJSON below JSON.stringify', () => {
  const from = start()
  const text = JSON.stringify(ROWS) // BLAME to-json
  stop('to-json', from)
  expect(text).toMatch(/^\["/)
})

test('clean: a few of them', CLEAN, () => {
  expect(JSON.stringify(ROWS.slice(0, 10))).toMatch(/^\["/)
})
