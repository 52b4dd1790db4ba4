import { pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { describe, test } from 'vitest'
import { amounts } from '../src/amounts.ts'
import { CLEAN } from '../src/settings.ts'

describe.concurrent('two at once, mended', () => {
  const waits = Promise.withResolvers<void>()

  test('clean: A works', CLEAN, async () => {
    await waits.promise
    await promisify(pbkdf2)('password', 'salt', amounts.pbkdf2Iterations, 64, 'sha512')
  })

  test('clean: B waits', CLEAN, async () => {
    await new Promise<void>((done) => {
      setTimeout(done, 10)
      waits.resolve()
    })
  })
})
