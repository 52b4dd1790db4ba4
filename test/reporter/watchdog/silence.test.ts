import { expect, test } from 'vitest'
import type { ThreadLook } from '../../../src/node/proc.ts'
import { silenceOf } from '../../../src/reporter/watchdog/silence.ts'

const look = (runMs: number, waitMs: number, state: Partial<ThreadLook> = {}): ThreadLook => ({
  stopped: false,
  runnable: true,
  runMs,
  waitMs,
  ...state
})

test('all of it where nothing is known of the thread', () => {
  expect(silenceOf(250, undefined, undefined)).toBe(250)
  expect(silenceOf(250, undefined, look(10, 0))).toBe(250)
})

test.each([
  ['spins', look(260, 0), 250],
  ['is blocked in a call', look(10, 0, { runnable: false }), 250],
  ['shares its CPU with four others', look(60, 200), 250],
  ['gets next to no CPU', look(20, 240), 10],
  ['is ready to run and does not', look(10, 0), 0],
  ['is stopped', look(10, 0, { runnable: false, stopped: true }), undefined]
])('of one that %s', (_, now, expected) => {
  expect(silenceOf(250, look(10, 0), now)).toBe(expected)
})
