import express from 'express'
import request from 'supertest'
import { beforeAll } from 'vitest'
import { busy } from './routes/busy.ts'
import { files } from './routes/files.ts'
import { passwords } from './routes/passwords.ts'
import { reports } from './routes/reports.ts'

export const app = express()

// Hashing the answers would be work of its own.
app.disable('etag')
app.use(files, passwords, reports, busy)

// What express and supertest do for the first time is no part of the stall in the first handler.
beforeAll(async () => {
  for (let i = 0; i < 3; i++) await request(app).get('/exists-async').expect(200, { exists: true })
})
