import { pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { amounts } from './amounts.ts'

/** For `pbkdf2Sync`: as much as stalls this machine. */
export const HEAVY = ['password', 'salt', amounts.pbkdf2Iterations, 64, 'sha512'] as const

/** The same work on the thread pool. */
export async function hash(): Promise<string> {
  return (await promisify(pbkdf2)(...HEAVY)).toString('hex')
}
