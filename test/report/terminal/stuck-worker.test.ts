import { expect, test } from 'vitest'
import { formatStuckWorker } from '../../../src/report/terminal/stuck-worker.ts'
import { blocking } from '../sample-report.ts'

const PLAIN = { color: false, columns: 80, unicode: true }
const spin = { file: 'src/spin.ts', line: 3, column: 9, functionName: 'spin' }
const STUCK = blocking({
  rule: 'stuck-test',
  severity: 'error',
  message: 'feed > spins stopped the event loop: it has not turned for 30 s',
  durationMs: 30_123,
  location: spin,
  stack: [
    { file: 'node_modules/dep/index.js', line: 1, column: 1, functionName: 'each' },
    spin,
    { file: 'test/feed.test.ts', line: 6, column: 3 }
  ],
  test: { file: 'test/feed.test.ts', name: 'feed > spins' },
  request: { method: 'GET', url: '/spin' }
})

test('who, where, and what becomes of it', () => {
  expect(formatStuckWorker(STUCK, PLAIN)).toMatchInlineSnapshot(`
    " Async  a worker is stuck: its event loop has not turned for 30 s
            GET /spin in test/feed.test.ts > feed > spins
            at spin  src/spin.ts:3:9
            at test/feed.test.ts:6:3
            the worker is ended; the run fails"
  `)
})

test('without a test, and inside a call', () => {
  const {
    test: _,
    request: __,
    ...loading
  } = { ...STUCK, callee: 'Atomics.wait', message: 'the loading of test/feed.test.ts stopped the event loop: it has not turned for 30 s' }
  expect(formatStuckWorker(loading, PLAIN)).toMatchInlineSnapshot(`
    " Async  a worker is stuck: its event loop has not turned for 30 s
            the loading of test/feed.test.ts stopped the event loop: it has not
            turned for 30 s
            inside Atomics.wait
            at spin  src/spin.ts:3:9
            at test/feed.test.ts:6:3
            the worker is ended; the run fails"
  `)
})

test('without a stack, the reason', () => {
  const {
    location: _,
    request: __,
    ...blind
  } = {
    ...STUCK,
    stack: [],
    message:
      'feed > spins stopped the event loop: it has not turned for 30 s; there is no stack: it is blocked in a call that cannot be interrupted'
  }
  expect(formatStuckWorker(blind, PLAIN)).toMatchInlineSnapshot(`
    " Async  a worker is stuck: its event loop has not turned for 30 s
            test/feed.test.ts > feed > spins
            feed > spins stopped the event loop: it has not turned for 30 s; there
            is no stack: it is blocked in a call that cannot be interrupted
            the worker is ended; the run fails"
  `)
})

test('names cannot forge lines, nor is a narrow terminal overrun', () => {
  const forged = { ...STUCK, test: { file: 'test/feed.test.ts', name: 'a\n Async  all is well\u001b[2J' } }
  expect(formatStuckWorker(forged, { ...PLAIN, columns: 40 })).toMatchInlineSnapshot(`
    " Async  a worker is stuck: its event
       loop has not turned for 30 s
       GET /spin
       in test/feed.t… > a Async all is well
       at spin  src/spin.ts:3:9
       at test/feed.test.ts:6:3
       the worker is ended; the run fails"
  `)
  expect(formatStuckWorker(STUCK, { ...PLAIN, color: true })).toContain('\u001b[')
})
