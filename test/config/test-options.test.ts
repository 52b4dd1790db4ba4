import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { resolveOptions } from '../../src/config/options.ts'
import { resolveTestOptions, type TestOptions } from '../../src/config/test-options.ts'
import { AsyncProfilerError } from '../../src/errors.ts'

const EVERY_OPTION: Required<TestOptions> = {
  blockingThreshold: 20,
  lagThreshold: 0,
  budgets: { maxLag: 50, p99Lag: 20.5, blockingCalls: 0, totalBlocking: 1, syncCalls: 2, leaks: 3 },
  rules: { 'sync-call': 'error', 'blocking-call': 'off' }
}

test('nothing gives nothing', () => {
  expect(resolveTestOptions(undefined, 'a')).toEqual({})
  expect(resolveTestOptions({}, 'a')).toEqual({})
})

test('every option is kept, in a copy', () => {
  const resolved = resolveTestOptions(EVERY_OPTION, 'a')
  expect(resolved).toEqual(EVERY_OPTION)
  expect(resolved.budgets).not.toBe(EVERY_OPTION.budgets)
})

test('undefined is the same as left out', () => {
  const given = { blockingThreshold: undefined, lagThreshold: 1, budgets: { leaks: undefined, maxLag: 1 }, rules: undefined }
  expect(resolveTestOptions(given, 'a')).toStrictEqual({ lagThreshold: 1, budgets: { maxLag: 1 } })
})

test('the result of an earlier attempt is no option', () => {
  expect(resolveTestOptions({ lagThreshold: 1, result: { findings: [] } }, 'a')).toStrictEqual({ lagThreshold: 1 })
})

test('objects of another realm are objects', () => {
  const given: unknown = runInNewContext('({ lagThreshold: 1, budgets: { leaks: 0 } })')
  expect(resolveTestOptions(given, 'a')).toStrictEqual({ lagThreshold: 1, budgets: { leaks: 0 } })
  expect(messageOf(runInNewContext('[1]'))).toMatchInlineSnapshot(
    `"meta.asyncProfiler of 'a' must be an object of options; received [ 1 ]"`
  )
})

test('the error has the code, names the test, and has no stack frames', () => {
  const error = errorOf({ blockingThreshold: '20' }, "GET /users > doesn't block")
  expect(error).toBeInstanceOf(AsyncProfilerError)
  expect(error.code).toBe('ERR_OPTION')
  expect(error.stack).toMatchInlineSnapshot(
    `"AsyncProfilerError: blockingThreshold in meta.asyncProfiler of "GET /users > doesn't block" must be a number of milliseconds, 0 or more; received '20'"`
  )
})

test('what is not an object of options', () => {
  const values = [null, 'off', 5, false, [], () => {}, new Map()]
  expect(values.map((value) => messageOf(value)).join('\n')).toMatchInlineSnapshot(`
    "meta.asyncProfiler of 'a' must be an object of options; received null
    meta.asyncProfiler of 'a' must be an object of options; received 'off'
    meta.asyncProfiler of 'a' must be an object of options; received 5
    meta.asyncProfiler of 'a' must be an object of options; received false
    meta.asyncProfiler of 'a' must be an object of options; received []
    meta.asyncProfiler of 'a' must be an object of options; received [Function (anonymous)]
    meta.asyncProfiler of 'a' must be an object of options; received Map(0) {}"
  `)
})

test('every option with a value of each type', () => {
  const values = [null, true, -1, NaN, 'x', [], () => {}]
  const lines = Object.keys(EVERY_OPTION).flatMap((name) => values.map((value) => messageOf({ [name]: value })))
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "blockingThreshold in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received null
    blockingThreshold in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received true
    blockingThreshold in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received -1
    blockingThreshold in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received NaN
    blockingThreshold in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received 'x'
    blockingThreshold in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received []
    blockingThreshold in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received [Function (anonymous)]
    lagThreshold in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received null
    lagThreshold in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received true
    lagThreshold in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received -1
    lagThreshold in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received NaN
    lagThreshold in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received 'x'
    lagThreshold in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received []
    lagThreshold in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received [Function (anonymous)]
    budgets in meta.asyncProfiler of 'a' must be an object of limits; received null
    budgets in meta.asyncProfiler of 'a' must be an object of limits; received true
    budgets in meta.asyncProfiler of 'a' must be an object of limits; received -1
    budgets in meta.asyncProfiler of 'a' must be an object of limits; received NaN
    budgets in meta.asyncProfiler of 'a' must be an object of limits; received 'x'
    budgets in meta.asyncProfiler of 'a' must be an object of limits; received []
    budgets in meta.asyncProfiler of 'a' must be an object of limits; received [Function (anonymous)]
    rules in meta.asyncProfiler of 'a' must be an object of rules; received null
    rules in meta.asyncProfiler of 'a' must be an object of rules; received true
    rules in meta.asyncProfiler of 'a' must be an object of rules; received -1
    rules in meta.asyncProfiler of 'a' must be an object of rules; received NaN
    rules in meta.asyncProfiler of 'a' must be an object of rules; received 'x'
    rules in meta.asyncProfiler of 'a' must be an object of rules; received []
    rules in meta.asyncProfiler of 'a' must be an object of rules; received [Function (anonymous)]"
  `)
})

test('every limit and a rule with a value of each type', () => {
  const limits = Object.keys(EVERY_OPTION.budgets).flatMap((name) =>
    [null, '1', -1, Infinity].map((value) => ({ budgets: { [name]: value } }))
  )
  const rules = [null, true, 1, 'on'].map((value) => ({ rules: { 'sync-call': value } }))
  expect([...limits, ...rules].map((given) => messageOf(given)).join('\n')).toMatchInlineSnapshot(`
    "budgets.maxLag in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received null
    budgets.maxLag in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received '1'
    budgets.maxLag in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received -1
    budgets.maxLag in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received Infinity
    budgets.p99Lag in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received null
    budgets.p99Lag in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received '1'
    budgets.p99Lag in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received -1
    budgets.p99Lag in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received Infinity
    budgets.blockingCalls in meta.asyncProfiler of 'a' must be a whole number, 0 or more; received null
    budgets.blockingCalls in meta.asyncProfiler of 'a' must be a whole number, 0 or more; received '1'
    budgets.blockingCalls in meta.asyncProfiler of 'a' must be a whole number, 0 or more; received -1
    budgets.blockingCalls in meta.asyncProfiler of 'a' must be a whole number, 0 or more; received Infinity
    budgets.totalBlocking in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received null
    budgets.totalBlocking in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received '1'
    budgets.totalBlocking in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received -1
    budgets.totalBlocking in meta.asyncProfiler of 'a' must be a number of milliseconds, 0 or more; received Infinity
    budgets.syncCalls in meta.asyncProfiler of 'a' must be a whole number, 0 or more; received null
    budgets.syncCalls in meta.asyncProfiler of 'a' must be a whole number, 0 or more; received '1'
    budgets.syncCalls in meta.asyncProfiler of 'a' must be a whole number, 0 or more; received -1
    budgets.syncCalls in meta.asyncProfiler of 'a' must be a whole number, 0 or more; received Infinity
    budgets.leaks in meta.asyncProfiler of 'a' must be a whole number, 0 or more; received null
    budgets.leaks in meta.asyncProfiler of 'a' must be a whole number, 0 or more; received '1'
    budgets.leaks in meta.asyncProfiler of 'a' must be a whole number, 0 or more; received -1
    budgets.leaks in meta.asyncProfiler of 'a' must be a whole number, 0 or more; received Infinity
    rules['sync-call'] in meta.asyncProfiler of 'a' must be 'off', 'warn' or 'error'; received null
    rules['sync-call'] in meta.asyncProfiler of 'a' must be 'off', 'warn' or 'error'; received true
    rules['sync-call'] in meta.asyncProfiler of 'a' must be 'off', 'warn' or 'error'; received 1
    rules['sync-call'] in meta.asyncProfiler of 'a' must be 'off', 'warn' or 'error'; received 'on'"
  `)
})

test('an unknown name is told with the nearest, or with all', () => {
  const given: object[] = [
    { blockingThresold: 5 },
    { stuckTimeout: 5 },
    { constructor: 5 },
    { budgets: { maxlag: 5 } },
    { budgets: { files: 'test/**' } },
    { rules: { 'blocking-cal': 'off' } }
  ]
  expect(given.map((options) => messageOf(options)).join('\n')).toMatchInlineSnapshot(`
    "blockingThresold in meta.asyncProfiler of 'a' is unknown (did you mean 'blockingThreshold'?); received 5
    stuckTimeout in meta.asyncProfiler of 'a' is unknown (known are blockingThreshold, lagThreshold, budgets, rules); received 5
    constructor in meta.asyncProfiler of 'a' is unknown (known are blockingThreshold, lagThreshold, budgets, rules); received 5
    budgets.maxlag in meta.asyncProfiler of 'a' is unknown (did you mean 'maxLag'?); received 5
    budgets.files in meta.asyncProfiler of 'a' is unknown (known are maxLag, p99Lag, blockingCalls, totalBlocking, syncCalls, leaks); received 'test/**'
    rules['blocking-cal'] in meta.asyncProfiler of 'a' is unknown (did you mean 'blocking-call'?); received 'off'"
  `)
})

test('several problems are listed under one heading', () => {
  expect(messageOf({ blockingThreshold: -1, rules: { 'sync-call': 'on' }, budgets: { leak: 0 } })).toMatchInlineSnapshot(`
    "meta.asyncProfiler of 'a' has 3 wrong options:
      blockingThreshold must be a number of milliseconds, 0 or more; received -1
      rules['sync-call'] must be 'off', 'warn' or 'error'; received 'on'
      budgets.leak is unknown (did you mean 'leaks'?); received 0"
  `)
})

test('the words are those of asyncProfiler()', () => {
  const wrong = [
    { blockingThreshold: -1 },
    { lagThreshold: '1' },
    { budgets: { leaks: 0.5 } },
    { budgets: { maxLag: -1 } },
    { rules: { 'sync-call': 1 } },
    { rules: 5 }
  ]
  for (const options of wrong) {
    const here = messageOf(options).replace(/ in meta\.asyncProfiler of 'a'/, '')
    expect(() => resolveOptions(options)).toThrow(new AsyncProfilerError('ERR_OPTION', here.replace(/^(\S+)/, 'asyncProfiler({ $1 })')))
  }
})

function messageOf(given: unknown): string {
  return errorOf(given, 'a').message
}

function errorOf(given: unknown, where: string): AsyncProfilerError {
  try {
    resolveTestOptions(given, where)
  } catch (error) {
    return error as AsyncProfilerError
  }
  throw new Error('accepted')
}
