import express from 'express'
import request from 'supertest'
import { expect, test } from 'vitest'
import { recordFile } from './record.ts'

const { timed } = recordFile()
const app = express()
app.get('/users/:id', async (req, res) => {
  await Promise.resolve()
  res.json({ id: req.params['id'], name: 'Ada' })
})

test.for([0, 1, 2, 3, 4])('GET /users/%i', (id) =>
  timed(async () => {
    const res = await request(app).get(`/users/${id}`).expect(200)
    expect(res.body).toEqual({ id: String(id), name: 'Ada' })
  })()
)
