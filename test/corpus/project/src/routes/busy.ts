import { Router, type Request, type Response } from 'express'
import { pbkdf2Sync } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { amounts } from '../amounts.ts'
import { start, stop } from '../truth.ts'

/** For requests that run beside each other. */
export const busy = Router()

busy.get('/busy/:name', ({ params }: Request<{ name: string }>, response: Response): void => {
  const from = start()
  pbkdf2Sync('password', 'salt', amounts.pbkdf2Iterations, 64, 'sha512') // BLAME busy
  stop(`busy-${params.name}`, from)
  response.json(params)
})

busy.get('/quick', async (_request: Request, response: Response): Promise<void> => {
  await setTimeout(20)
  response.json({ quick: true })
})
