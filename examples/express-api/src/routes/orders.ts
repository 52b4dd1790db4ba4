import { randomUUID } from 'node:crypto'
import { Router } from 'express'
import type { Database } from '../db.ts'
import { HttpError } from '../errors.ts'

export function ordersRouter(db: Database): Router {
  const router = Router()

  router.post('/', async (req, res) => {
    const { userId, total } = (req.body ?? {}) as Record<string, unknown>
    if (typeof userId !== 'string' || typeof total !== 'number' || total <= 0) {
      throw new HttpError(400, 'A user and a positive total are required')
    }
    const order = await db.orders.insert({ id: randomUUID(), userId, total, placedAt: new Date().toISOString() })
    res.status(201).location(`/orders/${order.id}`).json(order)
  })

  router.get('/:id', async (req, res) => {
    const order = await db.orders.find(({ id }) => id === req.params.id)
    if (!order) {
      throw new HttpError(404, `No order ${req.params.id}`)
    }
    const customer = await db.users.find(({ id }) => id === order.userId)
    const shipment = await db.shipments.find(({ orderId }) => orderId === order.id)
    res.json({ ...order, customer: customer?.email ?? null, shipment: shipment?.status ?? null })
  })

  return router
}
