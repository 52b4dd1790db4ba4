import type * as fs from 'node:fs'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { BIG_FILE } from '../src/amounts.ts'
import { CLEAN } from '../src/settings.ts'
import { start, stop } from '../src/truth.ts'

vi.mock('node:fs', async (importOriginal) => {
  const original = await importOriginal<typeof fs>()
  return { ...original, readFileSync: vi.fn(original.readFileSync), existsSync: vi.fn(() => true) }
})

describe('a mocked module', () => {
  // EXPECT 1 read-mocked: blocking-call sync-io in "a mocked module > that reads"
  test('that reads', () => {
    const from = start()
    const bytes = readFileSync(BIG_FILE) // BLAME read-mocked
    stop('read-mocked', from)
    expect(vi.mocked(readFileSync)).toHaveBeenCalledOnce()
    expect(bytes.length).toBeGreaterThan(0)
  })

  test('clean: that only says so', CLEAN, () => {
    expect(existsSync('nowhere')).toBe(true)
  })
})
