import fs from 'node:fs'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { BIG_FILE } from '../src/amounts.ts'
import { CLEAN } from '../src/settings.ts'
import { start, stop } from '../src/truth.ts'

describe('a spied function', () => {
  afterEach(() => void vi.restoreAllMocks())

  // EXPECT 1 read-spied: blocking-call sync-io in "a spied function > that reads"
  test('that reads', () => {
    const spy = vi.spyOn(fs, 'readFileSync')
    const from = start()
    const bytes = fs.readFileSync(BIG_FILE) // BLAME read-spied
    stop('read-spied', from)
    expect(spy).toHaveBeenCalledOnce()
    expect(bytes.length).toBeGreaterThan(0)
  })

  test('clean: that only says so', CLEAN, () => {
    const spy = vi.spyOn(fs, 'readFileSync').mockReturnValue('text')
    expect(fs.readFileSync(BIG_FILE)).toBe('text')
    expect(spy).toHaveBeenCalledOnce()
  })
})
