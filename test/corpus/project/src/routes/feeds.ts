import { Router, type Request, type Response } from 'express'
import { subscribe } from 'leaky-dep'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { burn } from '../clock.ts'
import { start, stop } from '../truth.ts'

/** Handlers that go on when they have answered. */
export const feeds = Router()

interface Query extends Record<string, unknown> {
  of?: string
}

const prices = new Map([['EUR', 1], ['USD', 1.1]])

const refresh = (): void => void prices.set('EUR', 1)

feeds.get('/prices', ({ query }: Request<object, unknown, unknown, Query>, response: Response): void => {
  setInterval(refresh, 1000) // BLAME prices
  response.json({ price: prices.get(query.of ?? 'EUR') })
})

feeds.get('/prices-mended', ({ query }: Request<object, unknown, unknown, Query>, response: Response): void => {
  const timer = setInterval(refresh, 1000)
  response.on('close', () => clearInterval(timer))
  response.json({ price: prices.get(query.of ?? 'EUR') })
})

feeds.get('/session', async (_request: Request, response: Response): Promise<void> => {
  const { name } = JSON.parse(await readFile('package.json', 'utf8')) as { name: string }
  setTimeout(refresh, 60_000) // BLAME session
  response.json({ name })
})

feeds.get('/session-mended', async (_request: Request, response: Response): Promise<void> => {
  const { name } = JSON.parse(await readFile('package.json', 'utf8')) as { name: string }
  setTimeout(refresh, 60_000).unref()
  response.json({ name })
})

feeds.post('/orders', async (_request: Request, response: Response): Promise<void> => {
  response.status(202).json({ accepted: true })
  await new Promise<void>((_resolve) => {}) // BLAME order
  refresh()
})

feeds.post('/orders-mended', async (_request: Request, response: Response): Promise<void> => {
  response.status(202).json({ accepted: true })
  await new Promise<void>((done) => void setImmediate(done))
  refresh()
})

feeds.get('/topic', (_request: Request, response: Response): void => {
  subscribe('prices') // BLAME subscription
  response.json({ subscribed: true })
})

feeds.get('/topic-mended', (_request: Request, response: Response): void => {
  response.on('close', subscribe('prices'))
  response.json({ subscribed: true })
})

// Whoever goes away before the end never lets it finish.
feeds.get('/ticks', (_request: Request, response: Response): void => {
  const timer = setInterval(() => response.write('tick\n'), 10) // BLAME tick-stream
  response.on('finish', () => clearInterval(timer))
  response.write('tick\n')
})

feeds.get('/ticks-mended', (_request: Request, response: Response): void => {
  const timer = setInterval(() => response.write('tick\n'), 10)
  response.on('close', () => clearInterval(timer))
  response.write('tick\n')
})

feeds.get('/recount', (_request: Request, response: Response): void => {
  setTimeout(() => {
    const from = start()
    burn(150)
    stop('late-handler', from)
  }, 20)
  response.json({ counting: true })
})

feeds.get('/recount-mended', async (_request: Request, response: Response): Promise<void> => {
  await sleep(20)
  burn(1)
  response.json({ counted: true })
})
