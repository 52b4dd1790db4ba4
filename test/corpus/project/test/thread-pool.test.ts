import { pbkdf2 } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { amounts } from '../src/amounts.ts'
import { CLEAN } from '../src/settings.ts'

test('clean: a starved thread pool', CLEAN, async () => {
  const keys = Array.from({ length: 8 }, () => promisify(pbkdf2)('password', 'salt', amounts.pbkdf2Iterations, 64, 'sha512'))
  const addresses = Array.from({ length: 200 }, () => lookup('localhost'))
  expect(await Promise.all(addresses)).toHaveLength(200)
  await Promise.all(keys)
})
