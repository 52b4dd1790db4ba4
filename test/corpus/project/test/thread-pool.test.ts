import { pbkdf2 } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { amounts } from '../src/amounts.ts'
import { CLEAN } from '../src/settings.ts'

test('clean: a starved thread pool', CLEAN, async () => {
  const keys = Array.from({ length: 8 }, () => promisify(pbkdf2)('password', 'salt', amounts.pbkdf2Iterations, 64, 'sha512'))
  // Enough to wait for the four threads of the pool; 200 took 22 to 32 ms of CPU by themselves, and 60 to 90 with the hooks.
  const addresses = Array.from({ length: 40 }, () => lookup('localhost'))
  expect(await Promise.all(addresses)).toHaveLength(40)
  await Promise.all(keys)
})
