import express, { type Express } from 'express'
import type { Database } from './db.ts'
import { handleErrors, HttpError } from './errors.ts'
import { ordersRouter } from './routes/orders.ts'
import { productsRouter } from './routes/products.ts'
import { reportsRouter } from './routes/reports.ts'
import { usersRouter } from './routes/users.ts'

export interface AppConfig {
  db: Database
  /** The product catalogue, exported by the warehouse every night. */
  catalogueFile: string
}

export function createApp({ db, catalogueFile }: AppConfig): Express {
  const app = express()
  app.disable('x-powered-by')
  app.use(express.json())

  app.use(usersRouter(db))
  app.use('/products', productsRouter(catalogueFile))
  app.use('/orders', ordersRouter(db))
  app.use('/reports', reportsRouter(db))

  app.use((req) => {
    throw new HttpError(404, `No route for ${req.method} ${req.path}`)
  })
  app.use(handleErrors)
  return app
}
