import { pbkdf2, pbkdf2Sync, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Database, User } from '../db.ts'
import { HttpError } from '../errors.ts'

const ITERATIONS = 500_000
const KEY_LENGTH = 64
const DIGEST = 'sha512'

const derive = promisify(pbkdf2)

export async function signUp(db: Database, email: string, password: string): Promise<User> {
  const existing = await db.users.find((user) => user.email === email)
  if (existing) {
    throw new HttpError(409, `${email} is already signed up`)
  }
  return db.users.insert({ id: randomUUID(), email, passwordHash: hashPassword(password) })
}

export async function signIn(db: Database, email: string, password: string): Promise<{ token: string }> {
  const user = await db.users.find((candidate) => candidate.email === email)
  if (!user || !(await verifyPassword(password, user.passwordHash))) {
    throw new HttpError(401, 'Wrong e-mail address or password')
  }
  return { token: randomBytes(24).toString('base64url') }
}

function hashPassword(password: string): string {
  const salt = randomBytes(16)
  const key = pbkdf2Sync(password, salt, ITERATIONS, KEY_LENGTH, DIGEST)
  return `${salt.toString('hex')}:${key.toString('hex')}`
}

async function verifyPassword(password: string, passwordHash: string): Promise<boolean> {
  const [salt = '', key = ''] = passwordHash.split(':')
  const expected = Buffer.from(key, 'hex')
  const actual = await derive(password, Buffer.from(salt, 'hex'), ITERATIONS, KEY_LENGTH, DIGEST)
  return timingSafeEqual(actual, expected)
}
