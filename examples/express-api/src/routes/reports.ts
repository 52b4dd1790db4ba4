import { Router } from 'express'
import type { Database } from '../db.ts'
import { salesReport } from '../services/sales.ts'

export function reportsRouter(db: Database): Router {
  const router = Router()

  router.get('/sales', async (req, res) => {
    const year = Number(req.query['year'] ?? new Date().getUTCFullYear())
    res.json(await salesReport(db, year))
  })

  return router
}
