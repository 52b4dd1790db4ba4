import express, { type Request, type Response } from 'express'
import { accounts } from './routes/accounts.ts'
import { feeds } from './routes/feeds.ts'
import { uploads } from './routes/uploads.ts'

/** An app without what the stalls need, which takes long to load. */
export const app = express()

app.use(feeds, accounts, uploads)

app.get('/health', (_request: Request, response: Response): void => {
  response.json({ healthy: true })
})
