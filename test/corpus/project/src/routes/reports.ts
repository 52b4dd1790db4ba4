import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { gzip, gzipSync } from 'node:zlib'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Router, type Request, type Response } from 'express'
import { amounts } from '../amounts.ts'
import { after, burn } from '../clock.ts'
import { measurements, textOf } from '../items.ts'
import { start, stop } from '../truth.ts'

export const reports = Router()

interface Query extends Record<string, unknown> {
  yields?: string
}

const HUGE = measurements(amounts.stringifiedItems)
const SMALL = measurements(100)
const TEXT = textOf(amounts.gzipBytes)
const SLEEP = ['-e', 'setTimeout(() => {}, 150)']

reports.get('/huge', (_request: Request, response: Response): void => {
  const from = start()
  response.json(HUGE) // BLAME response-json
  stop('response-json', from)
})

reports.get('/small', (_request: Request, response: Response): void => {
  response.json(SMALL)
})

reports.get('/gzip', (_request: Request, response: Response): void => {
  const from = start()
  const { length } = gzipSync(TEXT) // BLAME gzip-handler
  stop('gzip-handler', from)
  response.json({ length })
})

reports.get('/gzip-async', async (_request: Request, response: Response): Promise<void> => {
  const { length } = await promisify(gzip)(TEXT)
  response.json({ length })
})

reports.get('/convert', (_request: Request, response: Response): void => {
  const from = start()
  const { status } = spawnSync(process.execPath, SLEEP) // BLAME spawn-handler
  stop('spawn-handler', from)
  response.json({ status })
})

reports.get('/convert-async', async (_request: Request, response: Response): Promise<void> => {
  const [status] = (await once(spawn(process.execPath, SLEEP), 'close')) as [number]
  response.json({ status })
})

// The hottest of several lines is to blame.
reports.get('/loop', (_request: Request, response: Response): void => {
  const from = start()
  const sum = heat(after(150))
  stop('loop', from)
  response.json({ sum })
})

reports.get('/loop-short', (_request: Request, response: Response): void => {
  response.json({ sum: heat(after(1)) })
})

function heat(done: () => boolean): number {
  let sum = 0
  let rounds = 0
  do {
    rounds += 1
    for (let i = 1; i < 20_000; i++) {
      sum += Math.atan2(Math.sqrt(i), Math.sin(i)) // BLAME loop
    }
    if (rounds % 1000 === 0) sum = 0
  } while (!done())
  return sum
}

reports.get('/chunks', async ({ query }: Request<object, unknown, unknown, Query>, response: Response): Promise<void> => {
  const from = start()
  for (let i = 0; i < 30; i++) {
    burn(5)
    if (query.yields !== undefined) await setImmediate()
  }
  if (query.yields === undefined) stop('chunks', from)
  response.json({})
})

// Slow, but not busy.
reports.get('/slow', async (_request: Request, response: Response): Promise<void> => {
  await setTimeout(300)
  response.json({})
})
