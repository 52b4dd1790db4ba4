import request from 'supertest'
import { beforeEach, expect, test } from 'vitest'
import { createApp } from '../src/app.ts'
import { Database } from '../src/db.ts'
import { ada, adaRow, orderRows } from './fixtures.ts'

let app: ReturnType<typeof createApp>

beforeEach(() => {
  const db = new Database()
  db.users.seed([adaRow])
  db.orders.seed(orderRows(3))
  db.shipments.seed([{ orderId: 'order-1', carrier: 'bike', status: 'sent' }])
  app = createApp({ db, catalogueFile: 'unused.json' })
})

test('POST /orders places an order', async () => {
  const res = await request(app).post('/orders').send({ userId: ada.id, total: 42 })
  expect(res.status).toBe(201)
  expect(res.headers['location']).toBe(`/orders/${res.body.id}`)
})

test('GET /orders/:id answers 404 for an unknown order', async () => {
  const res = await request(app).get('/orders/order-99')
  expect(res.status).toBe(404)
})

test('GET /orders/:id shows customer and shipment, and keeps the loop free', async () => {
  const res = await request(app).get('/orders/order-1')
  expect(res.body).toMatchObject({ id: 'order-1', customer: ada.email, shipment: 'sent' })
  expect(res).toHaveNoBlockingCalls()
  expect(res).toCompleteWithinLag(50)
})
