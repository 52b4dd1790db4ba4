import { expect, test } from 'vitest'
import { shuffled } from '../src/items.ts'
import { CLEAN } from '../src/settings.ts'

const ITEMS = shuffled(50_000)

// To print, compare and write it is the runner's work, and takes it some hundred milliseconds.
test('clean: a big snapshot', CLEAN, () => {
  expect(ITEMS).toMatchSnapshot()
})
