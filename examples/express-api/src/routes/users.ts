import { Router } from 'express'
import type { Database } from '../db.ts'
import { HttpError } from '../errors.ts'
import { signIn, signUp } from '../services/accounts.ts'

export function usersRouter(db: Database): Router {
  const router = Router()

  router.post('/users', async (req, res) => {
    const { email, password } = readCredentials(req.body)
    if (password.length < 10) {
      throw new HttpError(400, 'The password needs at least 10 characters')
    }
    const user = await signUp(db, email, password)
    res.status(201).json({ id: user.id, email: user.email })
  })

  router.post('/sessions', async (req, res) => {
    const { email, password } = readCredentials(req.body)
    const session = await signIn(db, email, password)
    res.status(201).json(session)
  })

  return router
}

function readCredentials(body: unknown): { email: string; password: string } {
  const { email, password } = (body ?? {}) as Record<string, unknown>
  if (typeof email !== 'string' || typeof password !== 'string' || !email.includes('@')) {
    throw new HttpError(400, 'An e-mail address and a password are required')
  }
  return { email: email.trim().toLowerCase(), password }
}
