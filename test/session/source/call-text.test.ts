import { describe, expect, test } from 'vitest'
import { hasTwoArguments, isKept, isReturned } from '../../../src/session/source/call-text.ts'

describe('a second argument', () => {
  test.each([
    ['then(log, fail)'],
    ['then((value) => log(value, 1), fail)'],
    ["then(() => ',', fail)"],
    ["then((text) => text.replace(/'/g, ''), fail)"],
    ['then((text) => text.split(/[/,)]/), fail)'],
    ['then((total) => total / 2, fail).then((half) => half / 2)'],
    ['then(() => `${list.join(")")})`, fail)'],
    ["then(() => '😀', fail)"],
    ['then(/* it (is */ log, fail)'],
    ['then(\n  // done (\n  log,\n  fail\n)'],
  ])('%s', (text) => {
    expect(hasTwoArguments(text)).toBe(true)
  })

  test.each([
    ['then(log)'],
    ['then(log,)'],
    ['then((a, b) => [a, b])'],
    ["then(() => ', ')"],
    ["then((text) => text.replace(/[,)]/, ''))"],
    ['then(() => `,`)'],
    ['then(/* a, b */ log)'],
    ['then(log) // done, at last'],
    ['then(log), fail'],
    ['then'],
  ])('none in %s', (text) => {
    expect(hasTwoArguments(text)).toBe(false)
  })
})

test.each([
  ['const saving = ', true, false],
  ['return ', true, true],
  ['const later = () => ', true, true],
  ['queue.push(', true, false],
  ['{ saving: ', true, false],
  ['void ', false, false],
  ['if (a === b) ', false, false],
  ['return a; ', false, false],
  ['return save(user).', true, true],
  ['const all = list(user); all.', false, false],
])('before a call, %j', (before, kept, returned) => {
  expect([isKept(before), isReturned(before)]).toEqual([kept, returned])
})
