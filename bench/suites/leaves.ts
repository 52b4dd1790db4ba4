import { expect, test } from 'vitest'
import { recordFile } from './record.ts'

const { timed } = recordFile()

async function save(ms: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, ms))
  return ms
}

test(
  'leaves an interval',
  timed(() => {
    const timer = setInterval(() => {}, 60_000)
    expect(timer.hasRef()).toBe(true)
  })
)

test(
  'drops a promise',
  timed(async () => {
    void save(60_000)
    expect(await save(1)).toBe(1)
  })
)

test(
  'leaves a timer',
  timed(async () => {
    setTimeout(() => {}, 60_000)
    expect(await save(1)).toBe(1)
  })
)
