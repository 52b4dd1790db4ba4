import request from 'supertest'
import { beforeEach, describe, expect, test } from 'vitest'
import { createApp } from '../src/app.ts'
import { Database } from '../src/db.ts'
import { ada, adaRow } from './fixtures.ts'

let app: ReturnType<typeof createApp>

beforeEach(() => {
  const db = new Database()
  db.users.seed([adaRow])
  app = createApp({ db, catalogueFile: 'unused.json' })
})

describe('POST /users', () => {
  test('refuses a short password', async () => {
    const res = await request(app).post('/users').send({ email: 'bob@example.com', password: 'short' })
    expect(res.status).toBe(400)
  })

  test('refuses an address that is taken', async () => {
    const res = await request(app).post('/users').send({ email: ada.email, password: ada.password })
    expect(res.status).toBe(409)
    expect(res.body).toEqual({ error: 'ada@example.com is already signed up' })
  })

  test('signs up a customer', async () => {
    const res = await request(app).post('/users').send({ email: 'Grace@example.com', password: 'nanoseconds of wire' })
    expect(res.status).toBe(201)
    expect(res.body).toEqual({ id: expect.any(String), email: 'grace@example.com' })
  })
})

describe('POST /sessions', () => {
  test('signs in with the right password', async () => {
    const res = await request(app).post('/sessions').send({ email: ada.email, password: ada.password })
    expect(res.status).toBe(201)
    expect(res.body).toEqual({ token: expect.any(String) })
  })

  test('refuses a wrong password', async () => {
    const res = await request(app).post('/sessions').send({ email: ada.email, password: 'difference engine' })
    expect(res.status).toBe(401)
  })
})
