import express, { type Request, type Response } from 'express'
import { isWord } from 'heavy-dep'
import request from 'supertest'
import { beforeAll, expect, test } from 'vitest'
import { amounts } from '../src/amounts.ts'
import { CLEAN } from '../src/settings.ts'
import { start, stop } from '../src/truth.ts'

const CATASTROPHIC = /^(a+)+$/
const LINEAR = /^a+$/

// V8 interprets a regular expression at its first run, and compiles it for the second.
for (const text of ['a', 'aa', 'aaa']) if (!CATASTROPHIC.test(text) || !isWord(text)) throw new Error(`${text} does not match`)

const EVIL = `${'a'.repeat(amounts.evilLetters)}b`
const EVIL_WORDS = `${'a'.repeat(amounts.evilLetters)}!`

const app = express()

app.get('/search/:text', ({ params }: Request<{ text: string }>, response: Response) => {
  const text = params.text === 'evil' ? EVIL : params.text
  const from = start()
  const matches = CATASTROPHIC.test(text) // BLAME regexp-handler
  if (text === EVIL) stop('regexp-handler', from)
  response.json({ matches })
})

// As in ../src/app.ts.
beforeAll(async () => {
  for (let i = 0; i < 3; i++) await request(app).get('/search/aa').expect(200)
})

// EXPECT 10 regexp: blocking-call regexp in "a catastrophic regular expression"
test('a catastrophic regular expression', () => {
  const from = start()
  const matches = CATASTROPHIC.test(EVIL) // BLAME regexp
  stop('regexp', from)
  expect(matches).toBe(false)
})

test('clean: a linear regular expression', CLEAN, () => {
  const matches = LINEAR.test(EVIL)
  expect(matches).toBe(false)
})

// EXPECT 10 regexp-handler: blocking-call regexp in "in a handler" request "GET /search/evil"
test('in a handler', async () => {
  await request(app).get('/search/evil').expect(200)
})

test('clean: in a handler', CLEAN, async () => {
  await request(app).get('/search/aaaa').expect(200)
})

// EXPECT 10 regexp-replace: blocking-call regexp in "by a method of the text"
test('by a method of the text', () => {
  const from = start()
  const text = EVIL.replace(CATASTROPHIC, '') // BLAME regexp-replace
  stop('regexp-replace', from)
  expect(text).toBe(EVIL)
})

// EXPECT 10 dependency-regexp: blocking-call regexp in "in a dependency" dep
test('in a dependency', () => {
  const from = start()
  const matches = isWord(EVIL_WORDS) // BLAME dependency-regexp
  stop('dependency-regexp', from)
  expect(matches).toBe(false)
})

test('clean: in a dependency', CLEAN, () => {
  expect(isWord('word')).toBe(true)
})
