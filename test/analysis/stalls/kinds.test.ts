import { describe, expect, test } from 'vitest'
import { isNative, kindOfPath, loadsModule } from '../../../src/analysis/stalls/kinds.ts'
import type { RawFrame } from '../../../src/model/code.ts'

const frame = (functionName: string, url: string, line = 10, column = 5): RawFrame => ({ functionName, url, line, column })
const OWN = frame('handler', 'file:///app/src/users.ts')
const native = (name: string): RawFrame => frame(name, '', 0, 0)
const pkg = (name: string): RawFrame => frame('work', `file:///app/node_modules/${name}/index.js`)

/** Callees of the own function, innermost first. */
const kindUnder = (...callees: RawFrame[]): string => kindOfPath([...callees, OWN], callees.length)

describe('the kind of a path', () => {
  test.each<[string, string, RawFrame[]]>([
    ['own code', 'cpu', []],
    ["a dependency's JavaScript", 'cpu', [pkg('lodash')]],
    ["a dependency's JavaScript crypto", 'cpu', [pkg('bcryptjs')]],
    ["V8's builtins", 'cpu', [native('sort')]],
    ['node:crypto', 'sync-crypto', [frame('pbkdf2Sync', 'node:internal/crypto/pbkdf2')]],
    ['node:crypto below a dependency', 'sync-crypto', [frame('update', 'node:internal/crypto/hash'), pkg('object-hash')]],
    ['node:zlib', 'sync-zlib', [frame('gzipSync', 'node:zlib')]],
    ['node:child_process', 'sync-process', [frame('spawnSync', 'node:internal/child_process'), frame('execSync', 'node:child_process')]],
    ['node:fs', 'sync-io', [frame('readFileSync', 'node:fs')]],
    ['internal fs', 'sync-io', [frame('cpSyncCopyDir', 'node:internal/fs/cp/cp-sync')]],
    ['an addon for passwords', 'sync-crypto', [native('hashSync'), pkg('bcrypt')]],
    ['an addon for a database', 'sync-io', [native('all'), pkg('better-sqlite3')]],
    ['an addon that compresses', 'sync-zlib', [native('compressSync'), pkg('snappy')]],
    ['an addon for something else', 'cpu', [native('resize'), pkg('sharpish')]],
    [
      'an addon for something else, in a folder named like one',
      'cpu',
      [native('resize'), frame('work', 'file:///my-sqlite-app/node_modules/sharpish/index.js')]
    ],
    ['an addon of a scoped package', 'sync-crypto', [native('hash'), pkg('@node-rs/bcrypt')]],
    ['an addon behind links', 'sync-io', [native('all'), pkg('.pnpm/better-sqlite3@12.0.0/node_modules/better-sqlite3')]],
    ['a regular expression', 'regexp', [native('RegExp: (a+)+$')]],
    ['toJSON', 'json', [frame('toJSON', 'file:///app/src/user.ts')]],
    ['a module that is loaded', 'module-load', [frame('readFileSync', 'node:fs'), frame('load', 'node:internal/modules/cjs/loader')]],
    ['the body of a module that Vitest evaluates', 'module-load', [frame('', 'file:///app/src/table.ts', 1, 0)]]
  ])('%s', (_name, kind, callees) => {
    expect(kindUnder(...callees)).toBe(kind)
  })

  test('what called the own function does not count', () => {
    expect(kindOfPath([OWN, frame('emit', 'node:fs')], 0)).toBe('cpu')
  })

  test('without an own frame nothing is a callee', () => {
    expect(kindOfPath([frame('readSync', 'node:fs'), pkg('dep')], -1)).toBe('cpu')
  })

  test('nothing at all', () => {
    expect(kindOfPath([], -1)).toBe('cpu')
  })
})

describe('native code', () => {
  test.each<[string, boolean, RawFrame[]]>([
    ['a builtin below own code', true, [native('sort'), OWN]],
    ["a binding of Node's", false, [native('open'), frame('openSync', 'node:fs')]],
    ['own code', false, [OWN]],
    ['nothing below nothing', false, [native('sort')]]
  ])('%s', (_name, is, path) => {
    expect(isNative(path)).toBe(is)
  })
})

test.each<[string, boolean, RawFrame]>([
  ["Node's CJS loader", true, frame('load', 'node:internal/modules/cjs/loader')],
  ["Node's ESM loader", true, frame('run', 'node:internal/modules/esm/module_job')],
  ['node:module itself', false, frame('createRequire', 'node:module')],
  ['a body before its first column', true, frame('', '/app/src/a.ts', 1, 0)],
  ['an anonymous function on line 1', false, frame('', '/app/src/a.ts', 1, 14)],
  ['an anonymous function elsewhere', false, frame('', '/app/src/a.ts', 7, 0)],
  ['a named function', false, frame('main', '/app/src/a.ts', 1, 0)]
])('loads a module: %s', (_name, is, at) => {
  expect(loadsModule(at)).toBe(is)
})
