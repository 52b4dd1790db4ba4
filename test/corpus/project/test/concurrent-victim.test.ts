import { pbkdf2Sync } from 'node:crypto'
import { describe, test } from 'vitest'
import { amounts } from '../src/amounts.ts'
import { start, stop } from '../src/truth.ts'

const FAILS = { meta: { asyncProfiler: { rules: { 'blocking-call': 'error' } } } } as const

describe.concurrent('two at once', () => {
  const waits = Promise.withResolvers<void>()

  // EXPECT 39 concurrent: blocking-call sync-crypto in "two at once > A blocks" victims "two at once > B waits" fails
  test('A blocks', FAILS, async () => {
    await waits.promise
    const from = start()
    pbkdf2Sync('password', 'salt', amounts.pbkdf2Iterations, 64, 'sha512') // BLAME concurrent
    stop('concurrent', from)
  })

  test('B waits', FAILS, async () => {
    await new Promise<void>((done) => {
      setTimeout(done, 10)
      waits.resolve()
    })
  })
})
