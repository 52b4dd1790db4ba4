import { describe, expect, test } from 'vitest'
import { type Allowable, createAllowance, describeEntry } from '../../src/analysis/allow.ts'
import { findAll } from '../../src/analysis/rules/find.ts'
import { DEFAULT_OPTIONS } from '../../src/config/options.ts'
import type { Finding } from '../../src/model/finding.ts'
import type { Allow } from '../../src/model/options.ts'
import type { Location } from '../../src/model/place.ts'
import type { BlockingCall } from '../../src/model/profile.ts'
import { compileAllow, unmatchedEntries } from '../../src/reporter/allow.ts'

const at = (file: string, functionName?: string, line = 1): Location => ({
  file,
  line,
  column: 1,
  ...(functionName !== undefined && { functionName })
})

const BLAMED = at('src/users.ts', 'loadUsers', 7)
const CALL: Allowable = {
  rule: 'blocking-call',
  file: 'test/users.test.ts',
  test: { file: 'test/users.test.ts', name: 'GET /users > is quick (v2)' },
  location: BLAMED,
  callee: "fs.readFileSync('a(b).json')",
  stack: [
    at('node:internal/fs/utils', 'async tryRead'),
    at('node_modules/@scope/reader/index.js', 'Reader.read'),
    BLAMED,
    at('src/app.ts', 'handler')
  ]
}

const covers = (entry: Omit<Allow, 'reason'>, subject: Allowable = CALL): boolean =>
  createAllowance(compileAllow([{ ...entry, reason: 'r' }])).covers(subject)

/** Those of the globs that match, for one field. */
const matching = (field: keyof Allow, globs: string[], subject: Allowable = CALL): string[] =>
  globs.filter((glob) => covers({ [field]: glob }, subject))

describe('fields', () => {
  test('rule', () => {
    expect(matching('rule', ['blocking-call', '*', '*-call', '{blocking,sync}-call'])).toHaveLength(4)
    expect(matching('rule', ['sync-call', 'blocking', 'l*'])).toEqual([])
  })

  test('file: of the place to blame', () => {
    expect(matching('file', ['src/users.ts', 'src/**', '**', 'src/*.ts', './src/users.ts', '**/users.ts'])).toHaveLength(6)
    expect(matching('file', ['users.ts', '*', 'test/**', 'src', 'src/app.ts'])).toEqual([])
    const dots = { ...CALL, location: at('packages/.a/src/[id]/x.ts') }
    expect(matching('file', ['packages/*/src/**', 'packages/.a/src/[id]/x.ts', '**/x.ts'], dots)).toHaveLength(3)
  })

  test('file: of the test, where there is no place', () => {
    const { location: _, ...rest } = CALL
    const nowhere = { ...rest, stack: CALL.stack.slice(0, 2) }
    expect(matching('file', ['test/**', 'test/users.test.ts'], nowhere)).toHaveLength(2)
    expect(matching('file', ['src/**'], nowhere)).toEqual([])
    expect(matching('file', ['**', '*'], { ...nowhere, file: '' })).toEqual([])
  })

  test('file: of the function, where no more than that is known', () => {
    const { location: _, ...withoutLine } = CALL
    expect(matching('file', ['src/users.ts', 'src/**'], withoutLine)).toHaveLength(2)
    expect(matching('file', ['test/**', 'src/app.ts'], withoutLine)).toEqual([])
  })

  test('function: from the top of the stack down to the blamed one, and what its line called', () => {
    const names = ['loadUsers', 'load*', 'readFileSync', 'fs.readFileSync', '*Sync', 'fs.*', 'tryRead', 'fs.tryRead', 'Reader.read', 'read']
    expect(matching('function', names)).toEqual(names)
    expect(matching('function', ['handler', 'users', 'readFile', 'json', 'loadusers'])).toEqual([])
  })

  test('function: a callback is known by the own function around it', () => {
    const callback = {
      ...CALL,
      location: at('src/users.ts'),
      stack: [at('src/users.ts'), at('node_modules/x/i.js', 'each'), at('src/app.ts', 'outer', 2), at('src/app.ts', 'outermost', 3)]
    }
    expect(matching('function', ['outer', 'outermost'], callback)).toEqual(['outer'])
  })

  test('function: without a place, any in the stack; without a stack, the place', () => {
    const { location: _, callee: __, ...nowhere } = CALL
    expect(matching('function', ['handler', 'fs.tryRead', 'readFileSync'], nowhere)).toEqual(['handler', 'fs.tryRead'])
    expect(matching('function', ['loadUsers', 'handler'], { ...CALL, stack: [] })).toEqual(['loadUsers'])
  })

  test('package', () => {
    const inside = (file: string): Allowable => ({ ...CALL, stack: [BLAMED, at(file)] })
    expect(matching('package', ['@scope/reader', '@scope/*', '*', '@scope*', '*/reader'])).toHaveLength(5)
    expect(matching('package', ['reader', '@scope', 'index.js', 'src'])).toEqual([])
    expect(matching('package', ['a', 'b'], inside('node_modules/a/node_modules/b/lib/x.js'))).toEqual(['b'])
    expect(matching('package', ['x', 'x@1', '.pnpm'], inside('node_modules/.pnpm/x@1/node_modules/x/i.js'))).toEqual(['x'])
    expect(matching('package', ['@s/x'], inside('../../node_modules/.pnpm/@s+x@1.0.0/node_modules/@s/x/i.js'))).toEqual(['@s/x'])
    expect(matching('package', ['*'], { ...CALL, stack: [BLAMED, at('src/node_modules_/x.ts'), at('node:fs', 'f')] })).toEqual([])
  })

  test('test: slashes and brackets in names are text', () => {
    const globs = ['GET /users > *', '*quick*', '*', 'GET * > *', 'GET /users > is quick (v2)', '**', 'GET /users >**']
    expect(matching('test', globs)).toEqual(globs)
    expect(matching('test', ['is quick', 'GET /users', 'GET /users > is quick v2', 'get *'])).toEqual([])
    const { test: _, ...ofFile } = CALL
    expect(matching('test', ['*', '**'], ofFile)).toEqual([])
  })
})

describe('entries', () => {
  test('all fields of an entry must match', () => {
    const all = { rule: 'blocking-call', file: 'src/**', function: 'fs.*', package: '@scope/*', test: 'GET *' }
    expect(covers(all)).toBe(true)
    for (const field of Object.keys(all)) expect(covers({ ...all, [field]: 'leaked-resource' })).toBe(false)
  })

  test('one of several is enough, and all that match are known', () => {
    const entries: Allow[] = [
      { file: 'src/**', reason: 'one' },
      { file: 'lib/**', test: "a 'b'", reason: 'two' },
      { function: '*Sync', reason: 'three' }
    ]
    const allowance = createAllowance(compileAllow(entries))
    expect(allowance.matched()).toEqual([])
    expect(allowance.covers({ ...CALL, location: at('x.ts'), stack: [], callee: 'x' })).toBe(false)
    expect(unmatchedEntries(entries, allowance.matched())).toHaveLength(3)
    expect(allowance.covers(CALL)).toBe(true)
    expect(allowance.matched()).toEqual([describeEntry(entries[0]!), describeEntry(entries[2]!)])
    expect(unmatchedEntries(entries, allowance.matched())).toMatchInlineSnapshot(`
      [
        "allow { file: 'lib/**', test: 'a 'b'' } (two) matched no finding of this run; remove it if what it was for is mended",
      ]
    `)
  })

  test('no entries allow nothing', () => {
    expect(createAllowance([]).covers(CALL)).toBe(false)
  })

  test('compiled entries can be sent to a worker', () => {
    const compiled = structuredClone(compileAllow([{ file: 'src/**', test: 'GET /users*', reason: 'r' }]))
    expect(createAllowance(compiled).covers(CALL)).toBe(true)
  })
})

describe('findings', () => {
  const call = (stack: Location[], durationMs: number): BlockingCall => ({
    startMs: 0,
    durationMs,
    cpuMs: durationMs,
    stolenMs: 0,
    suspendedMs: 0,
    kind: 'cpu',
    confidence: 'certain',
    location: BLAMED,
    stack,
    culprit: { test: CALL.test! },
    victims: []
  })
  const find = (entry: Omit<Allow, 'reason'>, stretches: BlockingCall[]): Finding[] => {
    const { apply } = createAllowance(compileAllow([{ ...entry, reason: 'r' }]))
    return findAll(
      { stretches, starved: [], syncCalls: [] },
      { file: 'test/users.test.ts', rules: DEFAULT_OPTIONS.rules, blockingThreshold: 100, allow: apply }
    )
  }

  test('an allowed one has the status, and else is the same', () => {
    const stretches = [call([BLAMED], 200)]
    const [before] = find({ file: 'lib/**' }, stretches)
    expect(before!.status).toBe('new')
    expect(find({ file: 'src/**' }, stretches)).toEqual([{ ...before, status: 'allowed' }])
  })

  test('an allowed one does not take another at the same line with it', () => {
    const stretches = [call([at('node_modules/x/i.js', 'f'), BLAMED], 300), call([BLAMED], 200)]
    expect(find({ package: 'x' }, stretches).map(({ status, durationMs }) => [status, durationMs])).toEqual([
      ['allowed', 300],
      ['new', 200]
    ])
    expect(find({ file: 'src/**' }, stretches).map(({ status, occurrences }) => [status, occurrences])).toEqual([['allowed', 2]])
  })
})
