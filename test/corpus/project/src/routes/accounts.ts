import { Router, type Request, type Response } from 'express'
import { setTimeout as sleep } from 'node:timers/promises'
import { record } from '../audit.ts'
import { Inbox, inbox } from '../inbox.ts'

/** Handlers that do not wait for all that they start. */
export const accounts = Router()

accounts.post('/sign-up', (_request: Request, response: Response): void => {
  record('sign-up') // BLAME floating-handler
  response.json({ welcome: true })
})

accounts.post('/sign-up-mended', async (_request: Request, response: Response): Promise<void> => {
  await record('sign-up')
  response.json({ welcome: true })
})

accounts.post('/sign-ups', (_request: Request, response: Response): void => {
  const names = ['Ada', 'Grace', 'Barbara']
  names.forEach(async (name) => { // BLAME for-each-handler
    await record(`sign-up of ${name}`)
  })
  response.json({ welcome: names.length })
})

accounts.post('/sign-ups-mended', async (_request: Request, response: Response): Promise<void> => {
  const names = ['Ada', 'Grace', 'Barbara']
  await Promise.all(names.map((name) => record(`sign-up of ${name}`)))
  response.json({ welcome: names.length })
})

accounts.get('/notify', (_request: Request, response: Response): void => {
  void inbox.next() // BLAME pending-handler
  response.json({ waits: true })
})

accounts.get('/notify-mended', async (_request: Request, response: Response): Promise<void> => {
  const own = new Inbox()
  const message = own.next()
  own.put('hello')
  response.json({ message: await message })
})

accounts.post('/welcome', (_request: Request, response: Response): void => {
  void welcome()
  response.json({ welcome: true })
})

accounts.post('/welcome-mended', (_request: Request, response: Response): void => {
  welcome().catch(() => {})
  response.json({ welcome: true })
})

async function welcome(): Promise<void> {
  await sleep(20)
  throw new Error('no mail server') // BLAME rejection-handler
}

accounts.get('/next-message', async (_request: Request, response: Response): Promise<void> => {
  const message = await inbox.next()
  response.json({ message })
})
