import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { PARTS } from '../../bench/without.ts'

const SOURCES = resolve(import.meta.dirname, '../../src')

test.each(Object.entries(PARTS))('the sources have what is cut off without %s, once', (_part, cuts) => {
  const found = cuts.map(({ file, find }) => readFileSync(join(SOURCES, file), 'utf8').split(find).length - 1)
  expect(found).toEqual(cuts.map(() => 1))
})
