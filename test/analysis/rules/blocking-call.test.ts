import { expect, test } from 'vitest'
import { findBlockingCalls } from '../../../src/analysis/rules/blocking-call.ts'
import type { BlockingCall } from '../../../src/model/profile.ts'

const context = { file: 'test/api.test.ts', rules: { 'blocking-call': 'error' }, blockingThreshold: 100 } as unknown as Parameters<
  typeof findBlockingCalls
>[1]
const call = (given: Partial<BlockingCall>): BlockingCall => ({
  startMs: 0,
  durationMs: 150,
  cpuMs: 150,
  stolenMs: 0,
  suspendedMs: 0,
  kind: 'cpu',
  confidence: 'certain',
  functionName: 'render',
  location: { file: 'src/app.ts', line: 3, column: 5 },
  stack: [],
  culprit: { test: { file: 'test/api.test.ts', name: 'renders' } },
  victims: [],
  ...given
})

test.each<[string, string[], Partial<BlockingCall>]>([
  ['over the threshold', ['error certain render blocked the event loop for 150 ms'], {}],
  ['under it', [], { durationMs: 90 }],
  [
    'over it by what others took',
    ['warn inconclusive render kept the event loop for 150 ms, but other processes held the CPU for 80 ms of it'],
    { stolenMs: 80 }
  ],
  ['clearly under it without', [], { stolenMs: 120 }],
  [
    'that nobody saw',
    [
      'warn inconclusive render kept the event loop for 150 ms, but on a busy machine the CPU profiler, a thread of its own, could not see what ran'
    ],
    { confidence: 'inconclusive' }
  ]
])('a call %s', (_name, told, given) => {
  expect(
    findBlockingCalls([call(given)], context).map(({ severity, confidence, message }) => `${severity} ${confidence} ${message}`)
  ).toEqual(told)
})
