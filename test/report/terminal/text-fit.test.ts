import { expect, test } from 'vitest'
import { cleanText } from '../../../src/report/clean-text.ts'
import { shortenMiddle, shortenPath, textWidth, wrap } from '../../../src/report/terminal/text-fit.ts'
import { formatDuration, formatPercent } from '../../../src/report/units.ts'

test.each([
  [0, '0 ms'],
  [0.04, '0 ms'],
  [9.94, '9.9 ms'],
  [9.96, '10 ms'],
  [184.4, '184 ms'],
  [999.4, '999 ms'],
  [999.6, '1.00 s'],
  [1240, '1.24 s'],
  [30_040, '30.0 s']
])('%d ms reads %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

test('a share of nothing is not told', () => {
  expect(formatPercent(1, 0)).toBeUndefined()
  expect(formatPercent(72, 4000)).toBe('1.8 %')
  expect(formatPercent(1, 40_000)).toBe('<0.1 %')
  expect(formatPercent(480, 4000)).toBe('12 %')
})

test('width counts what a terminal draws', () => {
  expect(textWidth('abc')).toBe(3)
  expect(textWidth('漢字')).toBe(4)
  expect(textWidth('👩‍👩‍👧 ok')).toBe(5)
  expect(textWidth('e\u0301')).toBe(1)
})

test('the middle of a name and of a path is what goes', () => {
  expect(shortenMiddle('users > signs up with a long name', 20, '…')).toBe('users …h a long name')
  expect(shortenPath('packages/server/src/features/users.ts:42:10', 30, '…')).toBe('packages/…/users.ts:42:10')
  expect(shortenPath('a-name-that-is-too-long-by-itself.ts:42:10', 20, '…')).toBe('a-name…self.ts:42:10')
})

test('wrap keeps words whole where it can', () => {
  expect(wrap('use the async call', 8)).toEqual(['use the', 'async', 'call'])
  expect(wrap('a averyverylongword', 8)).toEqual(['a averyv', 'erylongw', 'ord'])
  expect(wrap('', 8)).toEqual([])
})

test('clean text is one line without control characters', () => {
  expect(cleanText(' a\r\n\tb\x1b[2Jc\x00\x9b31md\u202e ')).toBe('a bcd')
  expect(cleanText('\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\ \x1b]52;c;aGVsbG8=\x07 \x1bc \x1b(0')).toBe('link')
})
