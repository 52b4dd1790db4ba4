import { expect, test } from 'vitest'
import { errorFrames } from '../../../src/session/profile/error-frames.ts'

const framesOf = (...lines: string[]) => errorFrames({ stack: ['Error: no', ...lines].join('\n') }, (path) => path, 10)

test.each([
  ['a function', '    at save (/srv/app/src/a.ts:1:2)', 'save', '/srv/app/src/a.ts'],
  ['no function', '    at /srv/app/src/a.ts:1:2', undefined, '/srv/app/src/a.ts'],
  ['behind an await', '    at async save (/srv/app/src/a.ts:1:2)', 'save', '/srv/app/src/a.ts'],
  ['a module behind an await', '    at async /srv/app/src/a.ts:1:2', undefined, '/srv/app/src/a.ts'],
  ['a URL behind an await', '    at async file:///srv/app/src/a.mjs:1:2', undefined, '/srv/app/src/a.mjs'],
  ['a URL that is encoded', '    at save (file:///srv/a%20b%2520%C3%BC%231/src/a.mjs:1:2)', 'save', '/srv/a b%20ü#1/src/a.mjs'],
  ['a path with all of that', '    at save (/srv/a b%20ü#1 (x)/src/a.ts:1:2)', 'save', '/srv/a b%20ü#1 (x)/src/a.ts'],
  ['a path with brackets and no function', '    at /srv/a (x)/src/a.ts:1:2', undefined, '/srv/a (x)/src/a.ts'],
  ['a path with colons', '    at save (/srv/a:1:2/src/a.ts:1:2)', 'save', '/srv/a:1:2/src/a.ts'],
  ['Windows', '    at save (C:\\Users\\Jo Ü\\src\\a.ts:1:2)', 'save', 'C:\\Users\\Jo Ü\\src\\a.ts'],
  ['a method with an alias', '    at Store.save [as write] (/srv/app/src/a.ts:1:2)', 'Store.save [as write]', '/srv/app/src/a.ts']
])('%s', (_name, line, functionName, file) => {
  const { own } = framesOf('    at node:internal/fs:1:2', line)
  expect(own).toEqual({ file, line: 1, column: 2, ...(functionName !== undefined && { functionName }) })
})

test.each([
  '    at save (file://elsewhere/%2F:1:2)',
  '    at save (file:///a%2Fb:1:2)',
  '    at save (file://%:1:2)',
  '    at (:1:2)',
  '    at async Promise.all (index 0)'
])('a text that nobody can make a path of throws nothing: %s', (line) => {
  expect(() => framesOf(line)).not.toThrow()
})
