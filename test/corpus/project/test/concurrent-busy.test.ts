import { describe, test } from 'vitest'
import { burn } from '../src/clock.ts'
import { start, stop } from '../src/truth.ts'

describe.concurrent('two at once, both busy', () => {
  const first = Promise.withResolvers<void>()

  // EXPECT 39 concurrent-first: blocking-call cpu in "two at once, both busy > the first" at burn victims any
  test('the first', async () => {
    const from = start()
    burn(150)
    stop('concurrent-first', from)
    first.resolve()
  })

  // EXPECT 39 concurrent-second: blocking-call cpu in "two at once, both busy > the second" at burn victims any
  test('the second', async () => {
    await first.promise
    await new Promise((turn) => void setImmediate(turn))
    const from = start()
    burn(150)
    stop('concurrent-second', from)
  })
})
