import { describe, expect, test } from 'vitest'
import { recordFile } from './record.ts'

const { timed } = recordFile()

describe('small', () => {
  test(
    'adds',
    timed(() => expect(1 + 1).toBe(2))
  )

  test(
    'waits a little',
    timed(async () => {
      const value = await new Promise((resolve) => setTimeout(resolve, 1, 'done'))
      expect(value).toBe('done')
    })
  )

  test(
    'works for some milliseconds',
    timed(() => {
      const users = Array.from({ length: 1500 }, (_, id) => ({ id, name: `user ${id}`, tags: ['a', 'b'] }))
      expect((JSON.parse(JSON.stringify(users)) as unknown[]).length).toBe(users.length)
    })
  )
})
