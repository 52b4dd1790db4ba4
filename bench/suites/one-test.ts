import { expect, test } from 'vitest'
import { recordFile } from './record.ts'

const { timed } = recordFile()

test(
  'adds',
  timed(() => expect(1 + 1).toBe(2))
)
