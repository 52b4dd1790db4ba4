import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { folderSpellings, withoutOurFrames } from '../src/our-files.ts'

const urlOf = (path: string, windows = false): string => pathToFileURL(path, { windows }).href

describe.each([
  ['plain', '/srv/app/node_modules/vitest-async-profiler/dist/worker.js', false],
  ['spaces, percent, hash, question mark, non-ASCII', '/srv/a b%20ü#1?x/node_modules/vitest-async-profiler/dist/worker.js', false],
  ['a percent that begins nothing', '/srv/100%/%zz/dist/worker.js', false],
  ['brackets', '/srv/a (copy) [1]/dist/worker.js', false],
  [
    'a pnpm store',
    '/srv/node_modules/.pnpm/vitest-async-profiler@1.0.0_vitest@5.1.1/node_modules/vitest-async-profiler/dist/worker.js',
    false
  ],
  ['Windows', 'C:\\Users\\Jo Ü\\app\\dist\\worker.js', true],
  ['a share on Windows', '\\\\server\\share\\a b\\dist\\worker.js', true]
])('an install path: %s', (_name, path, windows) => {
  const folder = folderSpellings(urlOf(path, windows))
  const slashed = path.replaceAll('\\', '/')
  const swapped = path.replace(/^[A-Z](?=:)/, (drive) => drive.toLowerCase())

  test.each([
    ['as V8 has an ESM module', urlOf(path, windows)],
    ['as V8 has a CommonJS module', path],
    ['with slashes', slashed],
    ['with the other case of the drive', swapped],
    ['as an URL that nobody has encoded', `file://${slashed.startsWith('/') ? '' : '/'}${slashed.replace(/^\/\//, '')}`]
  ])('is known %s', (_how, place) => {
    const stack = [
      'Error: no',
      '    at readFileSync (node:fs:441:20)',
      `    at Object.apply (${place}:3:41)`,
      `    at ${place}:5:1`,
      `    at async ${place}:7:1`,
      '    at user (/srv/user/src/a.ts:1:2)'
    ].join('\n')
    expect(withoutOurFrames(stack, folder)).toBe('Error: no\n    at readFileSync (node:fs:441:20)\n    at user (/srv/user/src/a.ts:1:2)')
    expect(folder.some((each) => place.startsWith(each))).toBe(true)
  })

  test('is not taken for another one', () => {
    const other = path.replace(/dist([\\/])worker\.js$/, 'dist-of-theirs$1worker.js')
    const stack = `Error: no\n    at theirs (${other}:1:2)\n    at theirs (${urlOf(other, windows)}:1:2)`
    expect(withoutOurFrames(stack, folder)).toBe(stack)
  })

  test('stays in a message', () => {
    const stack = `Error: ENOENT: no such file, open '${path}'\n${path} is not there\n    at user (/srv/user/src/a.ts:1:2)`
    expect(withoutOurFrames(stack, folder)).toBe(stack)
  })
})
