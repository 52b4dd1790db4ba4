import { describe, expect, test } from 'vitest'
import { DEFAULT_OPTIONS, resolveOptions, type Options } from '../../src/config/options.ts'
import { checkTestOptions } from '../../src/config/test-options.ts'
import { AsyncProfilerError } from '../../src/errors.ts'

const EVERY_OPTION: Required<Options> = {
  backend: 'async-hooks',
  detectBlocking: false,
  blockingThreshold: 0,
  monitorEventLoop: false,
  lagThreshold: 2.5,
  captureStacks: false,
  maxStackDepth: 3,
  rules: { 'sync-call': 'error', 'stuck-test': 'off' },
  allow: [{ rule: 'sync-call', file: 'src/**', function: 'load*', package: 'express', test: 'users > *', reason: 'cached' }],
  budgets: [{ syncCalls: 1, leaks: 2, files: 'test/**' }, {}],
  report: { json: 'a.json' },
  stuckTimeout: 0
}

describe('right options', () => {
  test('nothing gives the defaults', () => {
    expect(resolveOptions()).toEqual(DEFAULT_OPTIONS)
    expect(resolveOptions({})).toEqual(resolveOptions(undefined))
    expect(resolveOptions()).toMatchInlineSnapshot(`
      {
        "allow": [],
        "backend": "auto",
        "blockingThreshold": 100,
        "budgets": [],
        "captureStacks": true,
        "detectBlocking": true,
        "lagThreshold": 10,
        "maxStackDepth": 10,
        "monitorEventLoop": true,
        "report": {},
        "rules": {
          "blocking-call": "warn",
          "floating-promise": "warn",
          "lag-budget": "error",
          "leaked-resource": "warn",
          "loop-starvation": "warn",
          "never-settles": "warn",
          "stuck-test": "error",
          "sync-call": "off",
          "unhandled-rejection": "error",
        },
        "stuckTimeout": 30000,
      }
    `)
  })

  test('every option is kept, and can be sent to a worker', () => {
    const resolved = resolveOptions(EVERY_OPTION)
    expect(resolved).toEqual({ ...EVERY_OPTION, rules: { ...DEFAULT_OPTIONS.rules, ...EVERY_OPTION.rules } })
    expect(structuredClone(resolved)).toEqual(resolved)
  })

  test('every limit is kept', () => {
    const budgets = [{ maxLag: 50, p99Lag: 20, blockingCalls: 0, totalBlocking: 0.5, syncCalls: 1, leaks: 2 }]
    expect(resolveOptions({ budgets }).budgets).toEqual(budgets)
  })

  test('one budget becomes a list', () => {
    expect(resolveOptions({ budgets: { leaks: 0 } }).budgets).toEqual([{ leaks: 0 }])
  })

  test('undefined is the same as left out', () => {
    const names = Object.keys(EVERY_OPTION)
    expect(resolveOptions(Object.fromEntries(names.map((name) => [name, undefined])))).toStrictEqual(resolveOptions())
    const inner = {
      rules: { 'sync-call': undefined },
      report: { json: undefined },
      budgets: { files: undefined, leaks: 1 }
    }
    expect(resolveOptions(inner)).toStrictEqual({ ...resolveOptions(), budgets: [{ leaks: 1 }] })
  })

  test('results share nothing with each other, the defaults or the input', () => {
    const input = { allow: [{ file: 'a', reason: 'b' }], budgets: [{ leaks: 1 }], report: { json: 'a' } }
    const before = structuredClone([input, DEFAULT_OPTIONS])
    for (const resolved of [resolveOptions(input), resolveOptions()]) {
      resolved.rules['sync-call'] = 'error'
      resolved.allow.push({ reason: 'pushed' })
      resolved.budgets.push({})
      Object.assign(resolved.report, { json: 'x' })
    }
    expect([input, DEFAULT_OPTIONS]).toEqual(before)
  })

  test('an object without prototype is an object', () => {
    expect(resolveOptions(Object.assign(Object.create(null), { lagThreshold: 1 })).lagThreshold).toBe(1)
  })
})

describe('wrong options', () => {
  test('the error has the code, and no stack frames', () => {
    const error = errorOf({ blockingThreshold: '100' })
    expect(error).toBeInstanceOf(AsyncProfilerError)
    expect(error.code).toBe('ERR_OPTION')
    expect(error.stack).toMatchInlineSnapshot(
      `"AsyncProfilerError: asyncProfiler({ blockingThreshold }) must be a number of milliseconds, 0 or more; received '100'"`
    )
  })

  test('what is not an object of options', () => {
    const values = [
      null,
      'inspector',
      5,
      true,
      [],
      [{ backend: 'auto' }],
      () => {},
      function named() {},
      new Map(),
      new Date(0),
      Symbol('s'),
      1n
    ]
    expect(values.map((value) => messageOf(value)).join('\n')).toMatchInlineSnapshot(`
      "asyncProfiler(options) must be an object of options; received null
      asyncProfiler(options) must be an object of options; received 'inspector'
      asyncProfiler(options) must be an object of options; received 5
      asyncProfiler(options) must be an object of options; received true
      asyncProfiler(options) must be an object of options; received []
      asyncProfiler(options) must be an object of options; received [ { backend: 'auto' } ]
      asyncProfiler(options) must be an object of options; received [Function (anonymous)]
      asyncProfiler(options) must be an object of options; received [Function: named]
      asyncProfiler(options) must be an object of options; received Map(0) {}
      asyncProfiler(options) must be an object of options; received 1970-01-01T00:00:00.000Z
      asyncProfiler(options) must be an object of options; received Symbol(s)
      asyncProfiler(options) must be an object of options; received 1n"
    `)
  })

  test('every option with a value of each type', () => {
    const values = [null, true, 7, 'x', [], {}, () => {}]
    expect(table(Object.keys(EVERY_OPTION).map((name) => [(value) => ({ [name]: value }), values]))).toMatchInlineSnapshot(`
      "asyncProfiler({ backend }) must be 'auto', 'inspector' or 'async-hooks'; received null
      asyncProfiler({ backend }) must be 'auto', 'inspector' or 'async-hooks'; received true
      asyncProfiler({ backend }) must be 'auto', 'inspector' or 'async-hooks'; received 7
      asyncProfiler({ backend }) must be 'auto', 'inspector' or 'async-hooks'; received 'x'
      asyncProfiler({ backend }) must be 'auto', 'inspector' or 'async-hooks'; received []
      asyncProfiler({ backend }) must be 'auto', 'inspector' or 'async-hooks'; received {}
      asyncProfiler({ backend }) must be 'auto', 'inspector' or 'async-hooks'; received [Function (anonymous)]
      asyncProfiler({ detectBlocking }) must be true or false; received null
      asyncProfiler({ detectBlocking }) must be true or false; received 7
      asyncProfiler({ detectBlocking }) must be true or false; received 'x'
      asyncProfiler({ detectBlocking }) must be true or false; received []
      asyncProfiler({ detectBlocking }) must be true or false; received {}
      asyncProfiler({ detectBlocking }) must be true or false; received [Function (anonymous)]
      asyncProfiler({ blockingThreshold }) must be a number of milliseconds, 0 or more; received null
      asyncProfiler({ blockingThreshold }) must be a number of milliseconds, 0 or more; received true
      asyncProfiler({ blockingThreshold }) must be a number of milliseconds, 0 or more; received 'x'
      asyncProfiler({ blockingThreshold }) must be a number of milliseconds, 0 or more; received []
      asyncProfiler({ blockingThreshold }) must be a number of milliseconds, 0 or more; received {}
      asyncProfiler({ blockingThreshold }) must be a number of milliseconds, 0 or more; received [Function (anonymous)]
      asyncProfiler({ monitorEventLoop }) must be true or false; received null
      asyncProfiler({ monitorEventLoop }) must be true or false; received 7
      asyncProfiler({ monitorEventLoop }) must be true or false; received 'x'
      asyncProfiler({ monitorEventLoop }) must be true or false; received []
      asyncProfiler({ monitorEventLoop }) must be true or false; received {}
      asyncProfiler({ monitorEventLoop }) must be true or false; received [Function (anonymous)]
      asyncProfiler({ lagThreshold }) must be a number of milliseconds, 0 or more; received null
      asyncProfiler({ lagThreshold }) must be a number of milliseconds, 0 or more; received true
      asyncProfiler({ lagThreshold }) must be a number of milliseconds, 0 or more; received 'x'
      asyncProfiler({ lagThreshold }) must be a number of milliseconds, 0 or more; received []
      asyncProfiler({ lagThreshold }) must be a number of milliseconds, 0 or more; received {}
      asyncProfiler({ lagThreshold }) must be a number of milliseconds, 0 or more; received [Function (anonymous)]
      asyncProfiler({ captureStacks }) must be true or false; received null
      asyncProfiler({ captureStacks }) must be true or false; received 7
      asyncProfiler({ captureStacks }) must be true or false; received 'x'
      asyncProfiler({ captureStacks }) must be true or false; received []
      asyncProfiler({ captureStacks }) must be true or false; received {}
      asyncProfiler({ captureStacks }) must be true or false; received [Function (anonymous)]
      asyncProfiler({ maxStackDepth }) must be a whole number, 0 or more; received null
      asyncProfiler({ maxStackDepth }) must be a whole number, 0 or more; received true
      asyncProfiler({ maxStackDepth }) must be a whole number, 0 or more; received 'x'
      asyncProfiler({ maxStackDepth }) must be a whole number, 0 or more; received []
      asyncProfiler({ maxStackDepth }) must be a whole number, 0 or more; received {}
      asyncProfiler({ maxStackDepth }) must be a whole number, 0 or more; received [Function (anonymous)]
      asyncProfiler({ rules }) must be an object of rules; received null
      asyncProfiler({ rules }) must be an object of rules; received true
      asyncProfiler({ rules }) must be an object of rules; received 7
      asyncProfiler({ rules }) must be an object of rules; received 'x'
      asyncProfiler({ rules }) must be an object of rules; received []
      asyncProfiler({ rules }) must be an object of rules; received [Function (anonymous)]
      asyncProfiler({ allow }) must be an array of { rule?, file?, function?, package?, test?, reason }; received null
      asyncProfiler({ allow }) must be an array of { rule?, file?, function?, package?, test?, reason }; received true
      asyncProfiler({ allow }) must be an array of { rule?, file?, function?, package?, test?, reason }; received 7
      asyncProfiler({ allow }) must be an array of { rule?, file?, function?, package?, test?, reason }; received 'x'
      asyncProfiler({ allow }) must be an array of { rule?, file?, function?, package?, test?, reason }; received {}
      asyncProfiler({ allow }) must be an array of { rule?, file?, function?, package?, test?, reason }; received [Function (anonymous)]
      asyncProfiler({ budgets }) must be an object of limits, or an array of them; received null
      asyncProfiler({ budgets }) must be an object of limits, or an array of them; received true
      asyncProfiler({ budgets }) must be an object of limits, or an array of them; received 7
      asyncProfiler({ budgets }) must be an object of limits, or an array of them; received 'x'
      asyncProfiler({ budgets }) must be an object of limits, or an array of them; received [Function (anonymous)]
      asyncProfiler({ report }) must be an object with a path for json; received null
      asyncProfiler({ report }) must be an object with a path for json; received true
      asyncProfiler({ report }) must be an object with a path for json; received 7
      asyncProfiler({ report }) must be an object with a path for json; received 'x'
      asyncProfiler({ report }) must be an object with a path for json; received []
      asyncProfiler({ report }) must be an object with a path for json; received [Function (anonymous)]
      asyncProfiler({ stuckTimeout }) must be a number of milliseconds, from 0 (off) to 2147483647; received null
      asyncProfiler({ stuckTimeout }) must be a number of milliseconds, from 0 (off) to 2147483647; received true
      asyncProfiler({ stuckTimeout }) must be a number of milliseconds, from 0 (off) to 2147483647; received 'x'
      asyncProfiler({ stuckTimeout }) must be a number of milliseconds, from 0 (off) to 2147483647; received []
      asyncProfiler({ stuckTimeout }) must be a number of milliseconds, from 0 (off) to 2147483647; received {}
      asyncProfiler({ stuckTimeout }) must be a number of milliseconds, from 0 (off) to 2147483647; received [Function (anonymous)]"
    `)
  })

  test('every option inside an option with a value of each type', () => {
    const inside = (name: string, names: string[]): Row[] =>
      names.map((key) => [(value) => ({ [name]: { [key]: value } }), [null, true, 7, 'x', {}]])
    const allowed = ['rule', 'file', 'function', 'package', 'test'].map((key): Row => [
      (value) => ({ allow: [{ reason: 'r', [key]: value }] }),
      [null, 7, '']
    ])
    const rows: Row[] = [
      ...inside('rules', ['sync-call']),
      ...inside('budgets', ['maxLag', 'p99Lag', 'blockingCalls', 'totalBlocking', 'syncCalls', 'leaks', 'files']),
      ...inside('report', ['json']),
      ...allowed,
      [(value) => ({ allow: [{ file: 'f', reason: value }] }), [undefined, null, 7, '', ' ']]
    ]
    expect(table(rows)).toMatchInlineSnapshot(`
      "asyncProfiler({ rules['sync-call'] }) must be 'off', 'warn' or 'error'; received null
      asyncProfiler({ rules['sync-call'] }) must be 'off', 'warn' or 'error'; received true
      asyncProfiler({ rules['sync-call'] }) must be 'off', 'warn' or 'error'; received 7
      asyncProfiler({ rules['sync-call'] }) must be 'off', 'warn' or 'error'; received 'x'
      asyncProfiler({ rules['sync-call'] }) must be 'off', 'warn' or 'error'; received {}
      asyncProfiler({ budgets.maxLag }) must be a number of milliseconds, 0 or more; received null
      asyncProfiler({ budgets.maxLag }) must be a number of milliseconds, 0 or more; received true
      asyncProfiler({ budgets.maxLag }) must be a number of milliseconds, 0 or more; received 'x'
      asyncProfiler({ budgets.maxLag }) must be a number of milliseconds, 0 or more; received {}
      asyncProfiler({ budgets.p99Lag }) must be a number of milliseconds, 0 or more; received null
      asyncProfiler({ budgets.p99Lag }) must be a number of milliseconds, 0 or more; received true
      asyncProfiler({ budgets.p99Lag }) must be a number of milliseconds, 0 or more; received 'x'
      asyncProfiler({ budgets.p99Lag }) must be a number of milliseconds, 0 or more; received {}
      asyncProfiler({ budgets.blockingCalls }) must be a whole number, 0 or more; received null
      asyncProfiler({ budgets.blockingCalls }) must be a whole number, 0 or more; received true
      asyncProfiler({ budgets.blockingCalls }) must be a whole number, 0 or more; received 'x'
      asyncProfiler({ budgets.blockingCalls }) must be a whole number, 0 or more; received {}
      asyncProfiler({ budgets.totalBlocking }) must be a number of milliseconds, 0 or more; received null
      asyncProfiler({ budgets.totalBlocking }) must be a number of milliseconds, 0 or more; received true
      asyncProfiler({ budgets.totalBlocking }) must be a number of milliseconds, 0 or more; received 'x'
      asyncProfiler({ budgets.totalBlocking }) must be a number of milliseconds, 0 or more; received {}
      asyncProfiler({ budgets.syncCalls }) must be a whole number, 0 or more; received null
      asyncProfiler({ budgets.syncCalls }) must be a whole number, 0 or more; received true
      asyncProfiler({ budgets.syncCalls }) must be a whole number, 0 or more; received 'x'
      asyncProfiler({ budgets.syncCalls }) must be a whole number, 0 or more; received {}
      asyncProfiler({ budgets.leaks }) must be a whole number, 0 or more; received null
      asyncProfiler({ budgets.leaks }) must be a whole number, 0 or more; received true
      asyncProfiler({ budgets.leaks }) must be a whole number, 0 or more; received 'x'
      asyncProfiler({ budgets.leaks }) must be a whole number, 0 or more; received {}
      asyncProfiler({ budgets.files }) must be a glob that is not empty; received null
      asyncProfiler({ budgets.files }) must be a glob that is not empty; received true
      asyncProfiler({ budgets.files }) must be a glob that is not empty; received 7
      asyncProfiler({ budgets.files }) must be a glob that is not empty; received {}
      asyncProfiler({ report.json }) must be a path that is not empty; received null
      asyncProfiler({ report.json }) must be a path that is not empty; received true
      asyncProfiler({ report.json }) must be a path that is not empty; received 7
      asyncProfiler({ report.json }) must be a path that is not empty; received {}
      asyncProfiler({ allow[0].rule }) must be 'blocking-call', 'loop-starvation', 'sync-call', 'lag-budget', 'leaked-resource', 'floating-promise', 'never-settles', 'unhandled-rejection' or 'stuck-test', or a glob of them; received null
      asyncProfiler({ allow[0].rule }) must be 'blocking-call', 'loop-starvation', 'sync-call', 'lag-budget', 'leaked-resource', 'floating-promise', 'never-settles', 'unhandled-rejection' or 'stuck-test', or a glob of them; received 7
      asyncProfiler({ allow[0].rule }) must be 'blocking-call', 'loop-starvation', 'sync-call', 'lag-budget', 'leaked-resource', 'floating-promise', 'never-settles', 'unhandled-rejection' or 'stuck-test', or a glob of them; received ''
      asyncProfiler({ allow[0].file }) must be a glob that is not empty; received null
      asyncProfiler({ allow[0].file }) must be a glob that is not empty; received 7
      asyncProfiler({ allow[0].file }) must be a glob that is not empty; received ''
      asyncProfiler({ allow[0].function }) must be a glob that is not empty; received null
      asyncProfiler({ allow[0].function }) must be a glob that is not empty; received 7
      asyncProfiler({ allow[0].function }) must be a glob that is not empty; received ''
      asyncProfiler({ allow[0].package }) must be a glob that is not empty; received null
      asyncProfiler({ allow[0].package }) must be a glob that is not empty; received 7
      asyncProfiler({ allow[0].package }) must be a glob that is not empty; received ''
      asyncProfiler({ allow[0].test }) must be a glob that is not empty; received null
      asyncProfiler({ allow[0].test }) must be a glob that is not empty; received 7
      asyncProfiler({ allow[0].test }) must be a glob that is not empty; received ''
      asyncProfiler({ allow[0].reason }) must be a text that says why; received undefined
      asyncProfiler({ allow[0].reason }) must be a text that says why; received null
      asyncProfiler({ allow[0].reason }) must be a text that says why; received 7
      asyncProfiler({ allow[0].reason }) must be a text that says why; received ''
      asyncProfiler({ allow[0].reason }) must be a text that says why; received ' '"
    `)
  })

  test('a rule to allow may be a glob, but of known rules', () => {
    const allow = (rule: string): Options => ({ allow: [{ rule, reason: 'r' }] })
    for (const rule of ['sync-call', '*', '{blocking,sync}-call', 'l*'])
      expect(resolveOptions(allow(rule)).allow).toEqual(allow(rule).allow)
    for (const rule of ['sync', 'sync-cal?s', 'x*'])
      expect(messageOf(allow(rule))).toMatch(/^asyncProfiler\(\{ allow\[0\]\.rule \}\) must be .*, or a glob of them; received '/)
  })

  test('each rule is checked', () => {
    for (const rule of Object.keys(DEFAULT_OPTIONS.rules)) {
      expect(messageOf({ rules: { [rule]: 'warning' } })).toBe(
        `asyncProfiler({ rules['${rule}'] }) must be 'off', 'warn' or 'error'; received 'warning'`
      )
    }
  })

  test('numbers out of range', () => {
    const rows = ['blockingThreshold', 'lagThreshold', 'maxStackDepth', 'stuckTimeout'].map((name): Row => [
      (value) => ({ [name]: value }),
      [-1, NaN, Infinity, 1.5]
    ])
    const budgets = ['maxLag', 'leaks'].map((name): Row => [(value) => ({ budgets: [{}, { [name]: value }] }), [-1, NaN, -Infinity, 0.5]])
    expect(table([...rows, ...budgets, [(value) => ({ stuckTimeout: value }), [2 ** 31]]])).toMatchInlineSnapshot(`
      "asyncProfiler({ blockingThreshold }) must be a number of milliseconds, 0 or more; received -1
      asyncProfiler({ blockingThreshold }) must be a number of milliseconds, 0 or more; received NaN
      asyncProfiler({ blockingThreshold }) must be a number of milliseconds, 0 or more; received Infinity
      asyncProfiler({ lagThreshold }) must be a number of milliseconds, 0 or more; received -1
      asyncProfiler({ lagThreshold }) must be a number of milliseconds, 0 or more; received NaN
      asyncProfiler({ lagThreshold }) must be a number of milliseconds, 0 or more; received Infinity
      asyncProfiler({ maxStackDepth }) must be a whole number, 0 or more; received -1
      asyncProfiler({ maxStackDepth }) must be a whole number, 0 or more; received NaN
      asyncProfiler({ maxStackDepth }) must be a whole number, 0 or more; received Infinity
      asyncProfiler({ maxStackDepth }) must be a whole number, 0 or more; received 1.5
      asyncProfiler({ stuckTimeout }) must be a number of milliseconds, from 0 (off) to 2147483647; received -1
      asyncProfiler({ stuckTimeout }) must be a number of milliseconds, from 0 (off) to 2147483647; received NaN
      asyncProfiler({ stuckTimeout }) must be a number of milliseconds, from 0 (off) to 2147483647; received Infinity
      asyncProfiler({ budgets[1].maxLag }) must be a number of milliseconds, 0 or more; received -1
      asyncProfiler({ budgets[1].maxLag }) must be a number of milliseconds, 0 or more; received NaN
      asyncProfiler({ budgets[1].maxLag }) must be a number of milliseconds, 0 or more; received -Infinity
      asyncProfiler({ budgets[1].leaks }) must be a whole number, 0 or more; received -1
      asyncProfiler({ budgets[1].leaks }) must be a whole number, 0 or more; received NaN
      asyncProfiler({ budgets[1].leaks }) must be a whole number, 0 or more; received -Infinity
      asyncProfiler({ budgets[1].leaks }) must be a whole number, 0 or more; received 0.5
      asyncProfiler({ stuckTimeout }) must be a number of milliseconds, from 0 (off) to 2147483647; received 2147483648"
    `)
  })

  test('empty globs and paths', () => {
    const make: Row[0][] = [(value) => ({ report: { json: value } }), (value) => ({ budgets: [{ leaks: 0 }, { files: value }] })]
    expect(table(make.map((one) => [one, ['', ' \n']]))).toMatchInlineSnapshot(`
      "asyncProfiler({ report.json }) must be a path that is not empty; received ''
      asyncProfiler({ report.json }) must be a path that is not empty; received ' \\n'
      asyncProfiler({ budgets[1].files }) must be a glob that is not empty; received ''
      asyncProfiler({ budgets[1].files }) must be a glob that is not empty; received ' \\n'"
    `)
  })

  test('an unknown name is told with the nearest, or with all', () => {
    const options = [
      { blockingTreshold: 50 },
      { 'blocking-threshold': 50 },
      { allowed: [] },
      { timeout: undefined },
      { constructor: 1 },
      JSON.parse('{ "__proto__": 1 }'),
      { rules: { 'blocking-calls': 'warn' } },
      { rules: { sync: 'warn' } },
      { report: { JSON: 'a.json' } },
      { report: { junit: 'a.xml' } },
      { budgets: { 'max lag': 1 } },
      { budgets: [{}, { memory: 1 }] },
      { allow: [{ path: 'src', reason: 'old' }] },
      { allow: [{ files: 'src', reason: 'old' }] }
    ]
    expect(options.map((option) => messageOf(option)).join('\n')).toMatchInlineSnapshot(`
      "asyncProfiler({ blockingTreshold }) is unknown (did you mean 'blockingThreshold'?); received 50
      asyncProfiler({ 'blocking-threshold' }) is unknown (did you mean 'blockingThreshold'?); received 50
      asyncProfiler({ allowed }) is unknown (did you mean 'allow'?); received []
      asyncProfiler({ timeout }) is unknown (known are backend, detectBlocking, blockingThreshold, monitorEventLoop, lagThreshold, captureStacks, maxStackDepth, rules, allow, budgets, report, stuckTimeout); received undefined
      asyncProfiler({ constructor }) is unknown (known are backend, detectBlocking, blockingThreshold, monitorEventLoop, lagThreshold, captureStacks, maxStackDepth, rules, allow, budgets, report, stuckTimeout); received 1
      asyncProfiler({ __proto__ }) is unknown (known are backend, detectBlocking, blockingThreshold, monitorEventLoop, lagThreshold, captureStacks, maxStackDepth, rules, allow, budgets, report, stuckTimeout); received 1
      asyncProfiler({ rules['blocking-calls'] }) is unknown (did you mean 'blocking-call'?); received 'warn'
      asyncProfiler({ rules.sync }) is unknown (known are blocking-call, loop-starvation, sync-call, lag-budget, leaked-resource, floating-promise, never-settles, unhandled-rejection, stuck-test); received 'warn'
      asyncProfiler({ report.JSON }) is unknown (did you mean 'json'?); received 'a.json'
      asyncProfiler({ report.junit }) is unknown (known are json); received 'a.xml'
      asyncProfiler({ budgets['max lag'] }) is unknown (did you mean 'maxLag'?); received 1
      asyncProfiler({ budgets[1].memory }) is unknown (known are maxLag, p99Lag, blockingCalls, totalBlocking, syncCalls, leaks, files); received 1
      asyncProfiler({ allow[0].path }) is unknown (known are rule, file, function, package, test, reason); received 'src'
      asyncProfiler({ allow[0].files }) is unknown (did you mean 'file'?); received 'src'"
    `)
  })

  test('an entry of allow needs a selector and a reason', () => {
    expect(messageOf({ allow: [{ rule: 'sync-call', reason: 'ok' }, { reason: 'no selector' }] })).toMatchInlineSnapshot(
      `"asyncProfiler({ allow[1] }) must be given one or more of rule, file, function, package and test; received { reason: 'no selector' }"`
    )
    expect(messageOf({ allow: [{ file: undefined, reason: 'no selector' }] })).toMatchInlineSnapshot(
      `"asyncProfiler({ allow[0] }) must be given one or more of rule, file, function, package and test; received { reason: 'no selector' }"`
    )
    expect(messageOf({ allow: [{ file: 'src/**' }] })).toMatchInlineSnapshot(
      `"asyncProfiler({ allow[0].reason }) must be a text that says why; received undefined"`
    )
    expect(messageOf({ allow: ['src/**', {}] })).toMatchInlineSnapshot(`
      "asyncProfiler() has 3 wrong options:
        allow[0] must be an object { rule?, file?, function?, package?, test?, reason }; received 'src/**'
        allow[1].reason must be a text that says why; received undefined
        allow[1] must be given one or more of rule, file, function, package and test; received {}"
    `)
  })

  test('several problems are listed under one heading', () => {
    const options = {
      backend: 'v8',
      blockingTreshold: 50,
      budgets: [{}, { files: '', leak: 0 }],
      rules: { 'sync-call': true },
      report: { json: 1 },
      extra: 1
    }
    expect(messageOf(options)).toMatchInlineSnapshot(`
      "asyncProfiler() has 7 wrong options:
        backend must be 'auto', 'inspector' or 'async-hooks'; received 'v8'
        rules['sync-call'] must be 'off', 'warn' or 'error'; received true
        budgets[1].files must be a glob that is not empty; received ''
        budgets[1].leak is unknown (did you mean 'leaks'?); received 0
        report.json must be a path that is not empty; received 1
        blockingTreshold is unknown (did you mean 'blockingThreshold'?); received 50
        extra is unknown (known are backend, detectBlocking, blockingThreshold, monitorEventLoop, lagThreshold, captureStacks, maxStackDepth, rules, allow, budgets, report, stuckTimeout); received 1"
    `)
  })

  test('a long or many-lined value is cut', () => {
    expect(messageOf({ lagThreshold: 'x'.repeat(500) })).toMatchInlineSnapshot(
      `"asyncProfiler({ lagThreshold }) must be a number of milliseconds, 0 or more; received 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"`
    )
    expect(messageOf({ lagThreshold: new Error('first line') })).toMatchInlineSnapshot(
      `"asyncProfiler({ lagThreshold }) must be a number of milliseconds, 0 or more; received Error: first line …"`
    )
  })
})

type Row = [make: (value: unknown) => unknown, values: unknown[]]

/** One line for each value that is refused. */
function table(rows: Row[]): string {
  return rows.flatMap(([make, values]) => values.map((value) => messageOf(make(value))).filter((line) => line !== 'accepted')).join('\n')
}

function messageOf(options: unknown): string {
  try {
    resolveOptions(options)
    return 'accepted'
  } catch (error) {
    return (error as Error).message
  }
}

function errorOf(options: unknown): AsyncProfilerError {
  try {
    resolveOptions(options)
  } catch (error) {
    return error as AsyncProfilerError
  }
  throw new Error('accepted')
}

describe('a gate on what is not measured', () => {
  test.each<[Options, string]>([
    [
      { monitorEventLoop: false, budgets: { maxLag: 5 } },
      'asyncProfiler({ budgets.maxLag }) needs lag to be measured, and monitorEventLoop is false: remove one of the two'
    ],
    [
      { monitorEventLoop: false, budgets: [{ leaks: 0 }, { p99Lag: 5 }] },
      'asyncProfiler({ budgets[1].p99Lag }) needs lag to be measured, and monitorEventLoop is false: remove one of the two'
    ],
    [
      { detectBlocking: false, budgets: { blockingCalls: 0 } },
      'asyncProfiler({ budgets.blockingCalls }) needs blocking calls to be looked for, and detectBlocking is false: remove one of the two'
    ],
    [
      { detectBlocking: false, rules: { 'blocking-call': 'error' } },
      "asyncProfiler({ rules['blocking-call'] }) needs blocking calls to be looked for, and detectBlocking is false: remove one of the two, or set it to 'warn'"
    ]
  ])('%o', (options, message) => {
    expect(() => resolveOptions(options)).toThrow(expect.objectContaining({ code: 'ERR_OPTION', message }))
  })

  test('of a test alone', () => {
    const off = resolveOptions({ monitorEventLoop: false, detectBlocking: false })
    expect(() => checkTestOptions(off, { budgets: { maxLag: 5 } }, 'saves')).toThrow(
      "budgets.maxLag in meta.asyncProfiler of 'saves' needs lag to be measured, and monitorEventLoop is false: remove one of the two"
    )
    expect(() => checkTestOptions(off, { rules: { 'loop-starvation': 'error' } }, 'saves')).toThrow(
      "rules['loop-starvation'] in meta.asyncProfiler of 'saves' needs"
    )
    checkTestOptions(off, { budgets: { leaks: 0 }, rules: { 'blocking-call': 'warn' } }, 'saves')
    checkTestOptions(resolveOptions(), { budgets: { maxLag: 5 }, rules: { 'loop-starvation': 'error' } }, 'saves')
  })
})
