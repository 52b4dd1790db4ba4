import bcrypt from 'bcrypt'
import { Router, type Request, type Response } from 'express'
import { pbkdf2, pbkdf2Sync } from 'node:crypto'
import * as crypto from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { amounts } from '../amounts.ts'
import { start, stop } from '../truth.ts'

export const passwords = Router()

export interface Key {
  hex: string
}

const { pbkdf2Iterations: iterations, bcryptRounds } = amounts

// The call stands on several lines.
passwords.get('/pbkdf2', (_request: Request, response: Response): void => {
  const salt: string = 'salt'

  const from = start()
  const key: Buffer = pbkdf2Sync( // BLAME pbkdf2
    'password',
    salt,
    iterations,
    64,
    'sha512',
  )
  stop('pbkdf2', from)
  response.json({ hex: key.toString('hex') } satisfies Key)
})

passwords.get('/pbkdf2-async', async (_request: Request, response: Response): Promise<void> => {
  const key = await promisify(pbkdf2)('password', 'salt', iterations, 64, 'sha512')
  response.json({ hex: key.toString('hex') } satisfies Key)
})

passwords.get('/pbkdf2-twice', (_request: Request, response: Response): void => {
  const short = crypto.pbkdf2Sync('password', 'salt', 1, 64, 'sha512')
  const from = start()
  const long = crypto.pbkdf2Sync('password', short, iterations, 64, 'sha512') // BLAME pbkdf2-second
  stop('pbkdf2-second', from)
  response.json({ hex: long.toString('hex') } satisfies Key)
})

passwords.get('/after-await', async (_request: Request, response: Response): Promise<void> => {
  await setTimeout(5)

  const from = start()
  pbkdf2Sync('password', 'salt', iterations, 64, 'sha512') // BLAME after-await-handler
  stop('after-await-handler', from)
  response.json({})
})

passwords.get('/bcrypt', (_request: Request, response: Response): void => {
  const from = start()
  const hash = bcrypt.hashSync('password', bcryptRounds) // BLAME bcrypt-handler
  stop('bcrypt-handler', from)
  response.json({ hash })
})

passwords.get('/bcrypt-async', async (_request: Request, response: Response): Promise<void> => {
  const hash = await bcrypt.hash('password', bcryptRounds)
  response.json({ hash })
})
