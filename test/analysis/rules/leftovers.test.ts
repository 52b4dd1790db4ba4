import { describe, expect, test } from 'vitest'
import type { Left } from '../../../src/analysis/rules/context.ts'
import { findLeftovers } from '../../../src/analysis/rules/find.ts'
import { explainTimeout, findTimedOut } from '../../../src/analysis/rules/timed-out.ts'
import type { Finding, RuleName } from '../../../src/model/finding.ts'
import type { LeftPromise, LeftResource, Rejected, TimedOut } from '../../../src/model/leftovers.ts'
import type { RuleSetting } from '../../../src/model/options.ts'
import type { Location } from '../../../src/model/place.ts'

const FILE = 'test/feed.test.ts'
const TEST = { file: FILE, name: 'feed > streams prices' }
const REQUEST = { method: 'GET', url: '/feed' }
const LINE: Location = { file: 'src/feed.ts', line: 9, column: 3 }

const RULES = {
  'leaked-resource': 'warn',
  'floating-promise': 'warn',
  'never-settles': 'warn',
  'unhandled-rejection': 'error',
  'stuck-test': 'error'
} as Record<RuleName, RuleSetting>
const context = (rules: Partial<Record<RuleName, RuleSetting>> = {}) => ({
  file: FILE,
  rules: { ...RULES, ...rules },
  blockingThreshold: 100
})

const resource = (given: Partial<LeftResource> = {}): LeftResource => ({
  what: 'setInterval',
  detail: 'every 1000 ms',
  count: 1,
  ageMs: 12,
  confidence: 'certain',
  location: LINE,
  stack: [LINE],
  culprit: { file: FILE, test: TEST },
  ...given
})
const promise = (given: Partial<LeftPromise> = {}): LeftPromise => ({
  fate: 'pending',
  callee: 'save',
  location: LINE,
  stack: [LINE],
  culprit: { file: FILE, test: TEST },
  ...given
})
const rejected = (given: Partial<Rejected> = {}): Rejected => ({
  what: 'rejection',
  error: 'Error: no',
  location: LINE,
  stack: [LINE],
  culprit: { file: FILE, test: TEST },
  ...given
})
const found = (left: Partial<Left>, rules?: Parameters<typeof context>[0]): Finding[] =>
  findLeftovers({ resources: [], promises: [], rejected: [], ...left }, context(rules))

describe('leaked-resource', () => {
  const messageOf = (given: Partial<LeftResource>): string => found({ resources: [resource(given)] })[0]!.message

  test('says what was left, of whom, and how to end it', () => {
    const [finding] = found({ resources: [resource({ culprit: { file: FILE, test: TEST, request: REQUEST } })] })
    expect(finding).toMatchObject({
      rule: 'leaked-resource',
      severity: 'warn',
      status: 'new',
      location: LINE,
      test: TEST,
      request: REQUEST,
      occurrences: 1
    })
    expect(finding!.message).toBe('setInterval, every 1000 ms, was still running after its test')
    expect(finding!.hint).toBe("clear it when the request closes: res.on('close', () => clearInterval(timer))")
  })

  test.each<[Partial<LeftResource>, string]>([
    [{ what: 'server', detail: 'on port 3000' }, 'server, on port 3000, was still listening after its test'],
    [
      { what: 'socket', detail: 'to 127.0.0.1:5432', count: 3 },
      'socket, to 127.0.0.1:5432, was still open after its test (and 2 more of the same line)'
    ],
    [{ what: 'Worker thread', detail: undefined as never }, 'Worker thread was still running after its test'],
    [{ what: 'JSSTREAM', detail: undefined as never, culprit: { file: FILE } }, 'JSSTREAM was still open after its file']
  ])('%o', (given, message) => {
    expect(messageOf(given)).toBe(message)
  })

  test('a timer that is a promise has nothing to be cleared', () => {
    const hint = 'await what waits for it, or end it by a signal: setTimeout(ms, value, { signal }); { ref: false } if it may run on'
    expect(
      found({ resources: [resource({ what: 'setTimeout', promised: true, culprit: { file: FILE, test: TEST, request: REQUEST } })] })[0]!
        .hint
    ).toBe(hint)
  })

  test("a file's is to be ended in afterAll", () => {
    expect(found({ resources: [resource({ what: 'server', culprit: { file: FILE } })] })[0]!.hint).toBe(
      'close it in afterAll: server.close()'
    )
  })

  test('one line in two tests is two findings, in one test it is one', () => {
    const other = { file: FILE, name: 'another' }
    const findings = found({ resources: [resource(), resource(), resource({ culprit: { file: FILE, test: other } })] })
    expect(findings.map(({ test: of, occurrences }) => [of!.name, occurrences])).toEqual([
      [TEST.name, 2],
      ['another', 1]
    ])
  })

  test('off', () => {
    expect(found({ resources: [resource()] }, { 'leaked-resource': 'off' })).toEqual([])
  })
})

describe('promises', () => {
  test.each<[Partial<LeftPromise>, RuleName, string]>([
    [{}, 'floating-promise', 'save() was not awaited: it was still pending after its test'],
    [
      { fate: 'outlived', outlivedMs: 23.4, during: 'users > signs up' },
      'floating-promise',
      'save() was not awaited: it outlived its test by 23 ms, in the time of users > signs up'
    ],
    [
      { fate: 'outlived', outlivedMs: 23.4, callee: 'forEach' },
      'floating-promise',
      'a promise was not awaited: it outlived its test by 23 ms'
    ],
    [
      { fate: 'never' },
      'never-settles',
      'save() can never settle: it is pending, and nothing refers to it any more that could resolve or reject it'
    ]
  ])('%o', (given, rule, message) => {
    const [finding, ...others] = found({ promises: [promise(given)] })
    expect(others).toEqual([])
    expect(finding).toMatchObject({ rule, message, severity: 'warn' })
  })

  test('each has a rule of its own', () => {
    const promises = [promise(), promise({ fate: 'never' })]
    expect(found({ promises }, { 'floating-promise': 'off' }).map(({ rule }) => rule)).toEqual(['never-settles'])
    expect(found({ promises }, { 'never-settles': 'error' }).map(({ rule, severity }) => `${rule} ${severity}`)).toEqual([
      'floating-promise warn',
      'never-settles error'
    ])
  })

  test.each(['never-settles', 'unhandled-rejection'] as const)(
    'one that %s tells of is told again where it would be stronger',
    (coveredBy) => {
      const rules = (own: Parameters<typeof context>[0]): string[] =>
        found({ promises: [promise({ coveredBy })] }, own).map(({ rule, severity }) => `${rule} ${severity}`)
      expect(rules({ [coveredBy]: 'warn' })).toEqual([])
      expect(rules({ [coveredBy]: 'warn', 'floating-promise': 'error' })).toEqual(['floating-promise error'])
      expect(rules({ [coveredBy]: 'error', 'floating-promise': 'error' })).toEqual([])
      expect(rules({ [coveredBy]: 'off' })).toEqual(['floating-promise warn'])
    }
  )

  test('one that waits for a resource that is left over is told as that, unless that would be weaker', () => {
    const left = { resources: [resource()], promises: [promise({ coveredBy: 'leaked-resource' })] }
    const rules = (own?: Parameters<typeof context>[0]): string[] => found(left, own).map(({ rule, severity }) => `${rule} ${severity}`)
    expect(rules()).toEqual(['leaked-resource warn'])
    expect(rules({ 'leaked-resource': 'error', 'floating-promise': 'error' })).toEqual(['leaked-resource error'])
    expect(rules({ 'floating-promise': 'error' })).toEqual(['leaked-resource warn', 'floating-promise error'])
    expect(rules({ 'leaked-resource': 'off' })).toEqual(['floating-promise warn'])
  })

  test('where it waits now is told', () => {
    const waitsAt = { file: 'src/feed.ts', line: 20, column: 9 }
    expect(found({ promises: [promise({ waitsAt })] })[0]!.waits).toEqual([{ on: 'what it awaits', kind: 'promise', location: waitsAt }])
  })
})

test('unhandled errors say how late, and in whose time', () => {
  const [early, late] = found({
    rejected: [rejected(), rejected({ what: 'exception', error: 'Error: late', lateMs: 20.2, during: 'another' })]
  })
  expect(early).toMatchObject({ rule: 'unhandled-rejection', severity: 'error', message: 'a rejection that nobody handled: Error: no' })
  expect(late!.message).toBe("an exception that nobody caught: Error: late, 20 ms after its test's end and in the time of another")
})

describe('a test that timed out', () => {
  const timedOut = (given: Partial<TimedOut> = {}): TimedOut => ({
    what: 'Test timed out in 300ms.',
    waits: [
      {
        on: 'reserve()',
        kind: 'promise',
        location: { file: 'test/orders.test.ts', line: 4, column: 9 },
        waits: [{ on: 'setTimeout', kind: 'resource', detail: 'due in 60 s', location: LINE }]
      }
    ],
    location: LINE,
    busyMs: 20,
    stolenMs: 0,
    elapsedMs: 301,
    culprit: { file: FILE, test: TEST },
    ...given
  })

  test('waited for this, with the loop idle', () => {
    expect(explainTimeout(timedOut())).toBe(
      [
        'It waited for',
        '  reserve()  test/orders.test.ts:4:9',
        '    setTimeout, due in 60 s  src/feed.ts:9:3',
        'The event loop was idle meanwhile.'
      ].join('\n')
    )
    expect(findTimedOut(timedOut(), context())).toMatchObject([
      { rule: 'stuck-test', severity: 'error', location: LINE, message: 'Test timed out in 300ms; the event loop was idle meanwhile' }
    ])
  })

  test('was blocked by somebody', () => {
    const blocked = timedOut({ busyMs: 290, blocker: { name: 'hash', location: LINE } })
    expect(explainTimeout(blocked)).toContain('The event loop was busy for 290 ms of 301 ms, most of it by hash, src/feed.ts:9.')
    expect(findTimedOut(blocked, context())[0]!.hint).toMatch(/^free the event loop/)
  })

  test('had no CPU', () => {
    expect(explainTimeout(timedOut({ busyMs: 290, stolenMs: 250 }))).toContain('other processes held the CPU for 250 ms of 301 ms.')
  })

  test('waits for itself', () => {
    const cycle = timedOut({
      waits: [{ on: 'first()', kind: 'promise', waits: [{ on: 'first()', kind: 'cycle', detail: 'which waits for it in turn: a cycle' }] }]
    })
    expect(findTimedOut(cycle, context())[0]!.hint).toMatch(/^break the cycle/)
  })

  test('nothing is known of the loop, nor of what it waits for', () => {
    const { busyMs: _, stolenMs: __, ...unknown } = timedOut({ waits: [] })
    expect(explainTimeout(unknown)).toBe('')
    expect(findTimedOut(unknown, context())).toMatchObject([{ confidence: 'likely', message: 'Test timed out in 300ms' }])
  })

  test('off', () => {
    expect(findTimedOut(timedOut(), context({ 'stuck-test': 'off' }))).toEqual([])
  })
})
