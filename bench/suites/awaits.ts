import { expect, test } from 'vitest'
import { recordFile } from './record.ts'

const CALLS = 200_000

const { timed } = recordFile()

/** Two awaits inside, and its caller's: three continuations for each call. */
async function step(value: number): Promise<number> {
  await value
  await value
  return value & 1
}

test(
  'awaits',
  timed(async () => {
    let sum = 0
    for (let i = 0; i < CALLS; i++) sum += await step(i)
    expect(sum).toBe(CALLS / 2)
  })
)
