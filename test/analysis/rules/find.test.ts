import { describe, expect, test } from 'vitest'
import type { Observed, RuleContext } from '../../../src/analysis/rules/context.ts'
import { findAll, mergeFindings } from '../../../src/analysis/rules/find.ts'
import { hintFor } from '../../../src/analysis/stalls/hints.ts'
import type { BlockKind, Finding, RuleName } from '../../../src/model/finding.ts'
import type { PlacedSyncCall, Starvation } from '../../../src/model/measured.ts'
import type { RuleSetting } from '../../../src/model/options.ts'
import type { Location } from '../../../src/model/place.ts'
import type { BlockingCall } from '../../../src/model/profile.ts'
import { groupFindings } from '../../../src/report/finding-groups.ts'

const TEST = { file: 'test/users.test.ts', name: 'users > signs up' }
const REQUEST = { method: 'POST', url: '/users' }
const READ: Location = { file: 'src/users.ts', line: 42, column: 10, functionName: 'readUsers' }
const NODE: Location = { file: 'node:fs', line: 441, column: 1, functionName: 'readFileSync' }

const RULES = { 'blocking-call': 'warn', 'loop-starvation': 'warn', 'sync-call': 'warn' } as Record<RuleName, RuleSetting>
const context = (rules: Partial<Record<RuleName, RuleSetting>> = {}, more: Partial<RuleContext> = {}): RuleContext => ({
  file: TEST.file,
  rules: { ...RULES, ...rules },
  blockingThreshold: 100,
  ...more
})

const blocking = (given: Partial<BlockingCall> = {}): BlockingCall => ({
  startMs: 0,
  durationMs: 150,
  cpuMs: 150,
  stolenMs: 0,
  suspendedMs: 0,
  kind: 'sync-io',
  confidence: 'certain',
  functionName: 'readUsers',
  callee: 'fs.readFileSync',
  location: READ,
  stack: [NODE, READ],
  culprit: { file: TEST.file, test: TEST },
  victims: [],
  ...given
})
const syncCall = (given: Partial<PlacedSyncCall> = {}): PlacedSyncCall => ({
  callee: 'fs.readFileSync',
  kind: 'sync-io',
  detail: 'users.json',
  calls: 1,
  totalMs: 0.4,
  longestMs: 0.4,
  functionName: 'readUsers',
  location: READ,
  stack: [READ],
  culprit: { file: TEST.file, test: TEST },
  ...given
})
const starved = (given: Partial<Starvation> = {}): Starvation => ({
  durationMs: 180,
  stolenMs: 2,
  microtasks: 4000,
  ticks: 0,
  callbacks: 1,
  confidence: 'certain',
  functionName: 'readUsers',
  location: READ,
  stack: [READ],
  culprit: { file: TEST.file, test: TEST },
  victims: [],
  ...given
})

const find = (
  observed: Partial<Observed>,
  rules: Partial<Record<RuleName, RuleSetting>> = {},
  more: Partial<RuleContext> = {}
): Finding[] => findAll({ stretches: [], starved: [], syncCalls: [], ...observed }, context(rules, more))
const told = (findings: readonly Finding[]): string[] =>
  findings.map(({ rule, severity, confidence }) => `${rule} ${severity} ${confidence}`)

test('nothing observed, nothing found', () => {
  expect(find({})).toEqual([])
})

describe('sync-call', () => {
  test('a finding', () => {
    const [finding, ...others] = find({ syncCalls: [syncCall()] })
    expect(others).toEqual([])
    expect(finding).toMatchObject({
      rule: 'sync-call',
      severity: 'warn',
      confidence: 'certain',
      status: 'new',
      message: "fs.readFileSync('users.json') in readUsers keeps the event loop while it works: 0.4 ms",
      kind: 'sync-io',
      callee: "fs.readFileSync('users.json')",
      location: READ,
      test: TEST,
      file: TEST.file,
      evidence: { calls: 1, totalMs: 0.4 },
      durationMs: 0.4,
      occurrences: 1
    })
  })

  test('several calls of one line', () => {
    const [finding] = find({ syncCalls: [syncCall({ calls: 12, totalMs: 3.26, longestMs: 1 })] })
    expect(finding).toMatchObject({ occurrences: 12, durationMs: 1, evidence: { calls: 12, totalMs: 3.26 } })
    expect(finding!.message).toBe("fs.readFileSync('users.json') in readUsers keeps the event loop while it works: 12 calls, 3.3 ms in all")
  })

  test.each<[RuleSetting, string[]]>([
    ['off', []],
    ['warn', ['sync-call warn certain']],
    ['error', ['sync-call error certain']]
  ])('set to %s', (setting, expected) => {
    expect(told(find({ syncCalls: [syncCall()] }, { 'sync-call': setting }))).toEqual(expected)
  })

  test('one that blocks is told once, as blocking', () => {
    expect(told(find({ stretches: [blocking()], syncCalls: [syncCall({ longestMs: 150, totalMs: 150 })] }))).toEqual([
      'blocking-call warn certain'
    ])
  })

  test.each<[string, Partial<PlacedSyncCall>]>([
    ['another line', { location: { ...READ, line: 50 } }],
    ['another file', { location: { ...READ, file: 'src/other.ts' } }],
    ['another test', { culprit: { file: TEST.file, test: { ...TEST, name: 'another' } } }],
    ['a request', { culprit: { file: TEST.file, test: TEST, request: REQUEST } }]
  ])('both are told: %s', (_name, given) => {
    expect(told(find({ stretches: [blocking()], syncCalls: [syncCall(given)] }))).toEqual([
      'blocking-call warn certain',
      'sync-call warn certain'
    ])
  })

  test('it is told where the blocking call is not: below the threshold, rule off, or allowed', () => {
    const both = { stretches: [blocking()], syncCalls: [syncCall()] }
    expect(told(find({ ...both, stretches: [blocking({ durationMs: 90 })] }))).toEqual(['sync-call warn certain'])
    expect(told(find(both, { 'blocking-call': 'off' }))).toEqual(['sync-call warn certain'])
    const allow = (finding: Finding): Finding => (finding.rule === 'blocking-call' ? { ...finding, status: 'allowed' } : finding)
    expect(find(both, {}, { allow }).map(({ rule, status }) => [rule, status])).toEqual([
      ['blocking-call', 'allowed'],
      ['sync-call', 'new']
    ])
  })

  test('a rule that fails is not hidden by one that warns, or is in doubt', () => {
    const both = { stretches: [blocking()], syncCalls: [syncCall()] }
    expect(told(find(both, { 'sync-call': 'error' }))).toEqual(['sync-call error certain'])
    expect(told(find(both, { 'sync-call': 'error', 'blocking-call': 'error' }))).toEqual(['blocking-call error certain'])
    expect(told(find(both, { 'blocking-call': 'error' }))).toEqual(['blocking-call error certain'])
    const robbed = { ...both, stretches: [blocking({ stolenMs: 60 })] }
    expect(told(find(robbed))).toEqual(['blocking-call warn inconclusive', 'sync-call warn certain'])
  })

  test('a call without an own line', () => {
    const {
      location: _,
      functionName: __,
      ...dependency
    } = syncCall({ stack: [{ file: 'node_modules/dep/index.js', line: 3, column: 1 }] })
    const [finding] = find({ syncCalls: [{ ...dependency, culprit: { file: TEST.file, test: TEST, request: REQUEST } }] })
    expect(finding!.message).toContain("fs.readFileSync('users.json') in the handler of POST /users")
    expect(finding!.location).toBe(undefined)
  })

  test('the fingerprint survives a shift of lines, and tells APIs apart', () => {
    const [first] = find({ syncCalls: [syncCall()] })
    const [shifted] = find({ syncCalls: [syncCall({ location: { ...READ, line: 99 } })] })
    const [other] = find({ syncCalls: [syncCall({ callee: 'fs.statSync' })] })
    expect(shifted!.fingerprint).toBe(first!.fingerprint)
    expect(other!.fingerprint).not.toBe(first!.fingerprint)
  })
})

describe('blocking-call', () => {
  test.each<[string, Partial<BlockingCall>, RuleSetting, string[]]>([
    ['over the threshold', {}, 'error', ['blocking-call error certain']],
    ['at the threshold', { durationMs: 100 }, 'error', []],
    ['a likely line', { confidence: 'likely' }, 'error', ['blocking-call error likely']],
    ['only by what others stole', { stolenMs: 60 }, 'error', ['blocking-call warn inconclusive']],
    ['only by what the process was stopped for', { suspendedMs: 60 }, 'error', ['blocking-call warn inconclusive']],
    ['still over without it', { durationMs: 300, stolenMs: 60 }, 'error', ['blocking-call error certain']],
    ['the collector', { kind: 'gc' }, 'error', ['blocking-call warn certain']],
    ['only by pauses of the collector', { collectedMs: 60 }, 'error', ['blocking-call warn certain']],
    ['still over without them', { durationMs: 300, collectedMs: 60 }, 'error', ['blocking-call error certain']],
    ['the collector, a warning', { kind: 'gc' }, 'warn', ['blocking-call warn certain']],
    ['off', {}, 'off', []]
  ])('%s', (_name, given, setting, expected) => {
    expect(told(find({ stretches: [blocking(given)] }, { 'blocking-call': setting }))).toEqual(expected)
  })

  test('an excuse names what it was', () => {
    const message = (given: Partial<BlockingCall>): string => find({ stretches: [blocking(given)] })[0]!.message
    expect(message({ stolenMs: 60 })).toBe(
      'fs.readFileSync in readUsers kept the event loop for 150 ms, but other processes held the CPU for 60 ms of it'
    )
    expect(message({ suspendedMs: 60 })).toBe(
      'fs.readFileSync in readUsers kept the event loop for 150 ms, but for 60 ms of it the process did not run: it was stopped, its machine was, or a debugger paused it'
    )
    expect(message({})).toBe('fs.readFileSync in readUsers blocked the event loop for 150 ms')
    expect(message({ kind: 'gc' })).toBe('the garbage collector blocked the event loop for 150 ms')
  })

  test('repeats are one finding: the longest, and the count', () => {
    const [finding, ...others] = find({
      stretches: [blocking({ durationMs: 120 }), blocking({ durationMs: 260 }), blocking({ durationMs: 180 })]
    })
    expect(others).toEqual([])
    expect(finding).toMatchObject({ occurrences: 3, durationMs: 260 })
  })
})

describe('loop-starvation', () => {
  test.each<[string, Partial<Starvation>, string, string]>([
    ['a microtask chain', { microtasks: 4000, ticks: 0, callbacks: 1 }, '4,000 promise continuations', 'let the loop turn between parts'],
    [
      'a microtask chain from some callbacks',
      { microtasks: 4000, ticks: 5, callbacks: 20 },
      '4,000 promise continuations',
      'let the loop turn between parts'
    ],
    // `callbacks` holds the ticks, too.
    ['a nextTick chain', { microtasks: 2, ticks: 3000, callbacks: 3001 }, '3,000 process.nextTick callbacks', 'use setImmediate instead'],
    ['many callbacks', { microtasks: 0, ticks: 0, callbacks: 800 }, '800 callbacks', 'do less at once'],
    ['many callbacks that settle promises', { microtasks: 1600, ticks: 0, callbacks: 800 }, '800 callbacks', 'do less at once'],
    ['many callbacks with a tick each', { microtasks: 0, ticks: 800, callbacks: 1600 }, '800 callbacks', 'do less at once'],
    ['a single one', { microtasks: 0, ticks: 0, callbacks: 1 }, '1 callback', 'do less at once']
  ])('%s', (_name, given, count, hint) => {
    const [finding, ...others] = find({ starved: [starved(given)] })
    expect(others).toEqual([])
    expect(finding!.message).toBe(`${count} ran in one turn of the event loop and kept it for 180 ms, most of it in readUsers`)
    expect(finding!.hint).toContain(hint)
  })

  test('its evidence', () => {
    const [finding] = find({ starved: [starved({ microtasks: 2, ticks: 3000, callbacks: 3001 })] })
    expect(finding).toMatchObject({ rule: 'loop-starvation', location: READ, test: TEST, durationMs: 180 })
    expect(finding!.evidence).toEqual({ microtasks: 2, ticks: 3000, callbacks: 1, stolenMs: 2, thresholdMs: 100 })
  })

  test.each<[RuleSetting, string[]]>([
    ['off', []],
    ['error', ['loop-starvation error certain']]
  ])('set to %s', (setting, expected) => {
    expect(told(find({ starved: [starved()] }, { 'loop-starvation': setting }))).toEqual(expected)
  })
})

describe('merging', () => {
  test('neither other requests, places, doubts nor statuses are merged', () => {
    const [one] = find({ stretches: [blocking()] })
    const others: Finding[] = [
      { ...one!, request: REQUEST },
      { ...one!, location: { ...READ, line: 43 } },
      { ...one!, confidence: 'inconclusive' },
      { ...one!, status: 'allowed' }
    ]
    expect(mergeFindings([one!, ...others])).toEqual([one, ...others])
  })

  test('victims and counts are added up', () => {
    const [one] = find({ stretches: [blocking({ victims: [{ test: TEST, delayMs: 5 }] })] })
    const merged = mergeFindings([one!, { ...one!, occurrences: 3, victims: [{ request: REQUEST, delayMs: 7 }] }])
    expect(merged).toHaveLength(1)
    expect(merged[0]).toMatchObject({
      occurrences: 4,
      victims: [
        { test: TEST, delayMs: 5 },
        { request: REQUEST, delayMs: 7 }
      ]
    })
  })
})

test('repeats are told by the longest of their own work: what other processes took makes none worse', () => {
  const [one] = find({ stretches: [blocking({ durationMs: 200, stolenMs: 0 })] })
  const robbed: Finding = { ...one!, durationMs: 260, evidence: { ...one!.evidence, stolenMs: 110 } }
  expect(mergeFindings([one!, robbed]).map(({ durationMs }) => durationMs)).toEqual([200])
  expect(mergeFindings([robbed, one!]).map(({ durationMs }) => durationMs)).toEqual([200])
  expect(groupFindings([robbed, { ...one!, test: { file: TEST.file, name: 'another' } }])[0]!.worst.durationMs).toBe(200)
})

describe('hints', () => {
  const hint = (kind: BlockKind, callee: string | undefined, stack: Location[] = [READ]): string =>
    hintFor({ kind, stack, ...(callee !== undefined && { callee }) })

  test.each<[BlockKind, string, string]>([
    ['sync-crypto', 'crypto.pbkdf2Sync', 'use the async crypto.pbkdf2, which runs on the thread pool'],
    ['sync-crypto', 'crypto.randomBytes', 'give crypto.randomBytes a callback: it then runs on the thread pool'],
    ['sync-process', 'child_process.execSync', 'use the async child_process.exec and await its exit'],
    ['sync-zlib', 'zlib.gzipSync', 'use the async zlib.gzip, or a stream'],
    ['sync-io', 'fs.existsSync', 'use access of node:fs/promises, or open the file and handle ENOENT'],
    ['sync-io', 'fs.readSync', 'use a FileHandle of node:fs/promises'],
    ['sync-io', 'fs.readFileSync', 'use the async readFile, of node:fs/promises where it is a file system call'],
    ['wait', 'Atomics.wait', 'use Atomics.waitAsync, or wait for a message from the worker'],
    ['sync-io', 'StatementSync.all', 'read and write asynchronously: node:fs/promises, or the async methods of the library'],
    ['sync-io', 'DatabaseSync.exec', 'read and write asynchronously: node:fs/promises, or the async methods of the library'],
    ['cpu', 'structuredClone', 'copy only the part you need, or move the work to a worker thread'],
    ['json', 'stringify', 'send less: page the result, or stream it']
  ])('%s, %s', (kind, callee, expected) => {
    expect(hint(kind, callee)).toBe(expected)
  })

  test.each<[BlockKind, RegExp]>([
    ['cpu', /^split the work/],
    ['sync-io', /^read and write asynchronously/],
    ['sync-crypto', /^use the asynchronous form/],
    ['sync-process', /^start the process with the async/],
    ['sync-zlib', /^use the async function/],
    ['wait', /^use Atomics\.waitAsync/],
    ['regexp', /^rewrite the pattern/],
    ['json', /^handle less at once/],
    ['gc', /^allocate less at once/],
    ['module-load', /^it is loaded once/],
    ['unknown', /^find out what ran here/]
  ])('%s, without a callee', (kind, expected) => {
    expect(hint(kind, undefined)).toMatch(expected)
  })

  test.each<BlockKind>(['gc', 'module-load', 'regexp'])('%s: whatever was called', (kind) => {
    expect(hint(kind, 'fs.readFileSync', [NODE, READ])).toBe(hint(kind, undefined))
  })

  test("by a dependency's or Node's frame below the own one", () => {
    const bcrypt: Location = { file: 'node_modules/bcrypt/bcrypt.js', line: 1, column: 1, functionName: 'hashSync' }
    expect(hint('sync-crypto', undefined, [bcrypt, READ])).toBe('use the async hash() of the same library')
    expect(hint('sync-io', undefined, [NODE, READ])).toBe('use the async readFile, of node:fs/promises where it is a file system call')
  })

  test.each(['computeSync', 'update', 'digest', 'randomBytes', 'stringify', 'structuredClone', 'existsSync'])(
    "never by the user's own function: %s",
    (functionName) => {
      const own = { ...READ, functionName }
      for (const kind of ['cpu', 'sync-io', 'sync-crypto', 'json'] as const) {
        expect(hint(kind, undefined, [own])).toBe(hint(kind, undefined))
        expect(hint(kind, undefined, [own, { ...READ, file: 'src/main.ts' }])).toBe(hint(kind, undefined))
        // With an own caller around it, and a dependency further out.
        expect(hint(kind, undefined, [own, { ...READ, file: 'node_modules/dep/index.js', functionName: 'readFileSync' }])).toBe(
          hint(kind, undefined)
        )
      }
    }
  )

  test.each(['readSync', 'hashSync', 'execSync', 'Store.writeSync', 'existsSync', 'update', 'stringify'])(
    "never by the bare name of a dependency's function: %s",
    (functionName) => {
      for (const file of [
        'node_modules/renamed-kit/index.js',
        'node_modules/@kit/hashes/lib/sync.js',
        'node_modules/kit/node_modules/other/index.cjs'
      ]) {
        for (const kind of ['cpu', 'sync-io', 'json'] as const)
          expect(hint(kind, undefined, [{ ...READ, file, functionName }, READ])).toBe(hint(kind, undefined))
      }
    }
  )

  test.each([
    ['node_modules/bcryptjs/umd/index.js', 'hashSync', 'hash'],
    ['node_modules/@node-rs/argon2/index.js', 'verifySync', 'verify'],
    ['node_modules/@node-rs/bcrypt/index.js', 'Bcrypt.compareSync', 'compare']
  ])('by a function of a package that has both forms: %s', (file, functionName, async) => {
    expect(hint('sync-crypto', undefined, [{ ...READ, file, functionName }, READ])).toBe(`use the async ${async}() of the same library`)
  })

  test("by Node's function though a dependency gave it another name", () => {
    const renamed: Location = { file: 'node_modules/kit/index.js', line: 1, column: 1, functionName: 'load' }
    expect(hint('sync-io', undefined, [NODE, renamed, READ])).toBe(
      'use the async readFile, of node:fs/promises where it is a file system call'
    )
  })

  test('never by an own function that a dependency calls back', () => {
    const callback: Location = { ...READ, functionName: 'compareSync' }
    const sort: Location = { file: 'node_modules/dep/index.js', line: 1, column: 1, functionName: 'sort' }
    expect(hint('cpu', undefined, [callback, sort, { ...READ, file: 'src/main.ts' }])).toMatch(/^split the work/)
  })

  test('without an own frame at all, no frame is taken for a callee', () => {
    expect(hint('sync-io', undefined, [NODE])).toMatch(/^read and write asynchronously/)
  })
})
