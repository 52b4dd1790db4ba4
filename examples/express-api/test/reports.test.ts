import request from 'supertest'
import { beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../src/app.ts'
import { Database } from '../src/db.ts'
import { adaRow, orderRows } from './fixtures.ts'

const orders = orderRows(40_000)

let app: ReturnType<typeof createApp>

beforeAll(() => {
  const db = new Database()
  db.users.seed([adaRow])
  db.orders.seed(orders)
  app = createApp({ db, catalogueFile: 'unused.json' })
})

describe('GET /reports/sales', () => {
  test('is empty for a year without sales', async () => {
    const res = await request(app).get('/reports/sales').query({ year: 2019 })
    expect(res.body).toEqual({ year: 2019, orders: 0, revenue: 0, latest: [] })
  })

  test('sums up a year and lists the latest orders', async () => {
    const res = await request(app).get('/reports/sales').query({ year: 2025 })
    expect(res.body.orders).toBe(orders.length)
    expect(res.body.latest).toHaveLength(10)
    expect(res.body.latest[0].placedAt > res.body.latest[9].placedAt).toBe(true)
  })

  test('runs while a customer looks at an order', async () => {
    const [report, order] = await Promise.all([
      request(app).get('/reports/sales').query({ year: 2025 }),
      request(app).get('/orders/order-7')
    ])
    expect(report.status).toBe(200)
    expect(order.body.id).toBe('order-7')
  })
})
