import express from 'express'
import request from 'supertest'
import { expect, test } from 'vitest'
import { recordFile } from './record.ts'

const TESTS = 2000
const CALLS = 10
const TIMERS = 2
const TESTS_A_REQUEST = 10

const { timed } = recordFile()
const app = express()
app.get('/users/:id', async (req, res) => {
  res.json({ id: await load(Number(req.params['id'])) })
})

async function load(id: number): Promise<number> {
  await Promise.resolve()
  return id
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

/** What is made here and gone at the end of its test: each call, timer and socket could have been left over. */
test.for(Array.from({ length: TESTS }, (_, i) => i))('short test %i', (i) =>
  timed(async () => {
    const pauses = Array.from({ length: TIMERS }, pause)
    let sum = 0
    for (let call = 0; call < CALLS; call++) sum += await load(call)
    await Promise.all(pauses)
    if (i % TESTS_A_REQUEST === 0) sum += (await request(app).get(`/users/${i}`)).body.id
    expect(sum).toBe(45 + (i % TESTS_A_REQUEST === 0 ? i : 0))
  })()
)
