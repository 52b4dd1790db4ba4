import type { Server } from 'node:http'
import express from 'express'
import request from 'supertest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordFile } from './record.ts'

const REQUESTS = 6000

const { timed } = recordFile()
const app = express()
app.get('/users/:id', async (req, res) => {
  await Promise.resolve()
  res.json({ id: req.params['id'], name: 'Ada', tags: ['a', 'b', 'c'] })
})

let server: Server
beforeAll(() => new Promise<void>((resolve) => void (server = app.listen(0, () => resolve()))))
afterAll(() => new Promise<void>((resolve) => void server.close(() => resolve())))

test(
  'requests',
  timed(async () => {
    for (let i = 0; i < REQUESTS; i++) {
      const res = await request(server).get(`/users/${i}`)
      if (res.body.id !== String(i)) expect.fail(`${res.text} instead of user ${i}`)
    }
  })
)
