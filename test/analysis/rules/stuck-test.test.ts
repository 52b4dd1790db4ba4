import { expect, test } from 'vitest'
import { findStuckWorker } from '../../../src/analysis/rules/stuck-test.ts'
import type { Heartbeat, StuckSnapshot } from '../../../src/model/stuck-worker.ts'

const BEAT: Heartbeat = {
  pid: 7,
  threadId: 0,
  timeoutMs: 30_000,
  everyMs: 500,
  beats: 1,
  debugged: false,
  setting: 'error',
  exempt: false,
  project: '',
  file: 'test/spin.test.ts',
  loading: false,
  tests: [{ id: '1', name: 'feed > spins', setting: 'error' }]
}
const location = { file: 'src/spin.ts', line: 3, column: 9, functionName: 'spin' }
const SEEN: StuckSnapshot = {
  culprit: {
    file: 'test/spin.test.ts',
    test: { file: 'test/spin.test.ts', name: 'feed > spins' },
    request: { method: 'GET', url: '/spin' }
  },
  setting: 'error',
  location,
  stack: [location, { file: 'test/spin.test.ts', line: 6, column: 3 }]
}
const find = (seen: StuckSnapshot | { blind: string }, beat: Partial<Heartbeat> = {}, stuckMs = 30_123) =>
  findStuckWorker({ stuckMs, beat: { ...BEAT, ...beat }, seen, finished: [] })

test('one whose stack was seen', () => {
  expect(find(SEEN)).toEqual({
    rule: 'stuck-test',
    severity: 'error',
    confidence: 'certain',
    status: 'new',
    message: 'feed > spins stopped the event loop: it has not turned for 30 s',
    hint: 'make the loop end, let the event loop turn in it (await setImmediate from node:timers/promises), or move the work to a worker thread; what may take so long needs a higher stuckTimeout',
    durationMs: 30_123,
    location,
    stack: SEEN.stack,
    file: 'test/spin.test.ts',
    test: { file: 'test/spin.test.ts', name: 'feed > spins' },
    request: { method: 'GET', url: '/spin' },
    evidence: { stuckMs: 30_123 },
    victims: [],
    occurrences: 1,
    fingerprint: expect.stringMatching(/^[\da-f]{16}$/)
  })
})

test.each([
  ['Atomics.wait', 'wait', /^use Atomics\.waitAsync/],
  ['RegExp.test', 'regexp', /^rewrite the pattern/],
  ['String.replace', 'regexp', /^rewrite the pattern/],
  ['JSON.parse', 'json', /^handle less at once/],
  ['Array.sort', undefined, /^make the loop end/]
])('what it called tells its kind: %s', (callee, kind, hint) => {
  const finding = find({ ...SEEN, callee })
  expect(finding.kind).toBe(kind)
  expect(finding.callee).toBe(callee)
  expect(finding.hint).toMatch(hint)
})

test('one whose stack was not seen, by what it said last', () => {
  const blind = { blind: 'it is blocked in a call that cannot be interrupted' }
  const why = 'stopped the event loop: it has not turned for 2.1 s; there is no stack: it is blocked in a call that cannot be interrupted'
  const two = [BEAT.tests[0]!, { id: '2', name: 'feed > waits', setting: 'error' as const }]
  const messages = [
    find(blind, {}, 2100),
    find(blind, { tests: two }, 2100),
    find(blind, { tests: [] }, 2100),
    find(blind, { tests: [], loading: true }, 2100)
  ]
  expect(messages.map(({ message, confidence, test }) => [message, confidence, test?.name])).toEqual([
    [`feed > spins ${why}`, 'certain', 'feed > spins'],
    [`one of 'feed > spins', 'feed > waits' ${why}`, 'likely', undefined],
    [`test/spin.test.ts, outside its tests, ${why}`, 'certain', undefined],
    [`the loading of test/spin.test.ts ${why}`, 'certain', undefined]
  ])
})

test('a test’s own setting before the project’s', () => {
  expect(find({ ...SEEN, setting: 'warn' }).severity).toBe('warn')
  expect(find({ blind: 'x' }, { tests: [{ id: '1', name: 'a', setting: 'warn' }] }).severity).toBe('warn')
  expect(find({ blind: 'x' }, { tests: [], setting: 'warn' }).severity).toBe('warn')
})
