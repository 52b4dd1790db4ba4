import { expect, test } from 'vitest'
import { recordFile } from './record.ts'

const { timed } = recordFile()

test.for(Array.from({ length: 100 }, (_, i) => i))('test %i', (i) =>
  timed(async () => {
    expect(await Promise.resolve(i)).toBe(i)
  })()
)
