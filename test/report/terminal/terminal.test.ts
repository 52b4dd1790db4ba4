import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import type { Finding } from '../../../src/model/finding.ts'
import type { Location } from '../../../src/model/place.ts'
import type { Report, TestReport } from '../../../src/model/report.ts'
import { groupFindings } from '../../../src/report/finding-groups.ts'
import { formatTerminal, formatTestShort, type TerminalStyle } from '../../../src/report/terminal/terminal.ts'
import { textWidth } from '../../../src/report/terminal/text-fit.ts'
import { blocking, leak, overBudget, readSample, sampleReport, sampleTest, withoutLocation } from '../sample-report.ts'

const skippedTest: TestReport = { file: 'test/users.test.ts', name: 'users > later', state: 'skipped' }
const signsIn = { file: 'test/users.test.ts', name: 'users > signs in' }
const signsUp = { file: 'test/users.test.ts', name: 'users > signs up' }
const listsUsers = { file: 'test/users.test.ts', name: 'users > lists users' }

test('all well is one line', () => {
  expect(print(sampleReport())).toMatchInlineSnapshot(`" Async  no findings in 3 tests · inspector · overhead 1.8 % of the run, 72 ms"`)
})

test('all well stays one line with settled findings and budgets, and drops what does not fit', () => {
  const report = sampleReport({
    findings: [blocking({ status: 'allowed' }), blocking({ status: 'known' }), leak({ status: 'known' })],
    budgets: [overBudget({ verdict: 'within', measured: 12 })],
    tests: [sampleTest('users > signs up'), skippedTest]
  })
  expect(print(report, { columns: 120 })).toMatchInlineSnapshot(
    `" Async  no findings in 1 test · 1 allowed · 2 known · budgets 1 of 1 within · inspector · overhead 1.8 % of the run"`
  )
  expect(print(report, { columns: 80 })).toMatchInlineSnapshot(
    `" Async  no findings in 1 test · 1 allowed · 2 known · budgets 1 of 1 within"`
  )
  expect(print(report, { columns: 40 })).toMatchInlineSnapshot(`" Async  no findings in 1 test"`)
})

test('what was over a threshold, but hardly by the doing of the user, is counted where all else is well', () => {
  const stolen = sampleReport({ counted: { leftovers: 0, stolen: 2, doubtful: 0 } })
  expect(print(stolen, { columns: 120 })).toMatchInlineSnapshot(
    `" Async  no findings in 3 tests · 2 inconclusive (CPU was taken by other processes) · overhead 1.8 % of the run"`
  )
  expect(print(stolen, { columns: 80 })).toMatchInlineSnapshot(
    `" Async  no findings in 3 tests · 2 inconclusive · overhead 1.8 % of the run"`
  )
  const doubtful = sampleReport({ counted: { leftovers: 0, stolen: 2, doubtful: 1 } })
  expect(print(doubtful, { columns: 120 })).toMatchInlineSnapshot(
    `" Async  no findings in 3 tests · 3 inconclusive · inspector · overhead 1.8 % of the run, 72 ms"`
  )
  expect(print(sampleReport({ findings: [leak()], counted: { leftovers: 0, stolen: 2, doubtful: 0 } }))).toMatch(
    /1 leak · 2 inconclusive \(CPU was taken by other processes\)$/
  )
})

test('a run without a profiled test is not called well', () => {
  expect(print(sampleReport({ tests: [] }))).toMatchInlineSnapshot(
    `" Async  no tests profiled · inspector · overhead 1.8 % of the run, 72 ms"`
  )
})

test('one finding', () => {
  expect(print(sampleReport({ findings: [blocking()] }))).toMatchInlineSnapshot(`
    " Async  3 tests · inspector · overhead 1.8 % of the run, 72 ms

      warn  184 ms  src/users.ts:5:10  hashPassword      blocking-call · sync-crypto
            POST /users in test/users.test.ts > users > signs up
            inside node:internal/crypto/pbkdf2:62:10  pbkdf2Sync
              4 |   const salt = randomBytes(16)
            > 5 |   return pbkdf2Sync(password, salt, 300_000, 64, 'sha512')
              6 | }
            → use the async crypto.pbkdf2: it runs on the thread pool

     1 blocking"
  `)
})

test('findings are grouped by place, worst first', () => {
  const report = sampleReport({
    findings: [
      leak(),
      blocking({ durationMs: 150, test: signsIn, request: { method: 'POST', url: '/sessions' } }),
      blocking({
        occurrences: 2,
        victims: [
          { test: signsIn, delayMs: 171.4 },
          { test: listsUsers, delayMs: 12 },
          { test: listsUsers, delayMs: 14 },
          { test: signsUp, request: { method: 'GET', url: '/' }, delayMs: 9 }
        ]
      }),
      blocking({ rule: 'loop-starvation', durationMs: 420, kind: 'json', message: 'one turn ran 4000 callbacks' })
    ]
  })
  expect(print(report)).toMatchInlineSnapshot(`
    " Async  3 tests · inspector · overhead 1.8 % of the run, 72 ms

      warn  420 ms  src/users.ts:5:10  hashPassword           loop-starvation · json
            one turn ran 4000 callbacks
            POST /users in test/users.test.ts > users > signs up
            inside node:internal/crypto/pbkdf2:62:10  pbkdf2Sync
              4 |   const salt = randomBytes(16)
            > 5 |   return pbkdf2Sync(password, salt, 300_000, 64, 'sha512')
              6 | }
            → use the async crypto.pbkdf2: it runs on the thread pool

      warn  184 ms  src/users.ts:5:10  hashPassword      blocking-call · sync-crypto
            POST /users in test/users.test.ts > users > signs up
            POST /sessions in test/users.test.ts > users > signs in
            ×3 in 2 tests, delayed 2 other tests and 1 other request by up to 171 ms
            inside node:internal/crypto/pbkdf2:62:10  pbkdf2Sync
              4 |   const salt = randomBytes(16)
            > 5 |   return pbkdf2Sync(password, salt, 300_000, 64, 'sha512')
              6 | }
            → use the async crypto.pbkdf2: it runs on the thread pool

      warn  leak  src/feed.ts:2:3                                    leaked-resource
            setInterval, every 1000 ms, is still alive after the test
            GET /feed in test/feed.test.ts > feed > streams prices
              1 | export function streamPrices(res: Response): void {
            > 2 |   const timer = setInterval(() => res.write(price()), 1000)
              3 | }
            → clear it when the request closes: req.on('close', () =>
              clearInterval(timer))

     2 blocking · 1 starvation · 1 leak"
  `)
})

test('errors go before warnings of the same duration, and both are told apart without colour', () => {
  const report = sampleReport({
    findings: [
      leak(),
      leak({
        rule: 'unhandled-rejection',
        severity: 'error',
        message: 'TypeError: price is not a function',
        hint: 'await the call, or catch its error',
        location: { file: 'src/gone.ts', line: 7, column: 1, functionName: 'publish' },
        stack: [{ file: 'node_modules/bus/index.js', line: 33, column: 4, functionName: 'emit' }]
      })
    ]
  })
  expect(print(report)).toMatchInlineSnapshot(`
    " Async  3 tests · inspector · overhead 1.8 % of the run, 72 ms

     error  rejected  src/gone.ts:7:1  publish                   unhandled-rejection
            TypeError: price is not a function
            GET /feed in test/feed.test.ts > feed > streams prices

      warn  leak  src/feed.ts:2:3                                    leaked-resource
            setInterval, every 1000 ms, is still alive after the test
            GET /feed in test/feed.test.ts > feed > streams prices
              1 | export function streamPrices(res: Response): void {
            > 2 |   const timer = setInterval(() => res.write(price()), 1000)
              3 | }
            → clear it when the request closes: req.on('close', () =>
              clearInterval(timer))

     1 leak · 1 unhandled rejection"
  `)
})

test('a finding without a line says so, and one with an inferred line too', () => {
  const message = 'the loop was busy for 184 ms, and the async-hooks backend saw no line'
  const report = sampleReport({
    findings: [
      withoutLocation(blocking({ kind: 'unknown', message, hint: "set backend to 'inspector'" })),
      blocking({ confidence: 'likely', durationMs: 160, message: 'the line is where the function was called' })
    ]
  })
  expect(print(report)).toMatchInlineSnapshot(`
    " Async  3 tests · inspector · overhead 1.8 % of the run, 72 ms

      warn  184 ms  line unknown                                       blocking-call
            the loop was busy for 184 ms, and the async-hooks backend saw no line
            POST /users in test/users.test.ts > users > signs up
            → set backend to 'inspector'

      warn  160 ms  blocking-call · sync-crypto
            likely src/users.ts:5:10  hashPassword
            the line is where the function was called
            POST /users in test/users.test.ts > users > signs up
            inside node:internal/crypto/pbkdf2:62:10  pbkdf2Sync
              4 |   const salt = randomBytes(16)
            > 5 |   return pbkdf2Sync(password, salt, 300_000, 64, 'sha512')
              6 | }
            → use the async crypto.pbkdf2: it runs on the thread pool

     2 blocking"
  `)
})

test('work of the whole file names no test', () => {
  const { test: _, request: __, ...rest } = blocking({ kind: 'module-load' })
  expect(print(sampleReport({ findings: [rest] }))).toMatchInlineSnapshot(`
    " Async  3 tests · inspector · overhead 1.8 % of the run, 72 ms

      warn  184 ms  src/users.ts:5:10  hashPassword      blocking-call · module-load
            test/users.test.ts, outside its tests
            inside node:internal/crypto/pbkdf2:62:10  pbkdf2Sync
              4 |   const salt = randomBytes(16)
            > 5 |   return pbkdf2Sync(password, salt, 300_000, 64, 'sha512')
              6 | }
            → use the async crypto.pbkdf2: it runs on the thread pool

     1 blocking"
  `)
})

test('a stuck test shows what it waits for', () => {
  const waits = [
    {
      on: 'fetch http://localhost:3000/slow',
      kind: 'fetch',
      location: { file: 'src/client.ts', line: 8, column: 9, functionName: 'load' },
      waits: [{ on: 'a socket', kind: 'TCPWRAP', detail: 'no response yet' }]
    }
  ]
  const finding = withoutLocation(
    leak({ rule: 'stuck-test', severity: 'error', durationMs: 5000, message: 'timed out after 5000 ms', waits })
  )
  expect(print(sampleReport({ findings: [finding] }))).toMatchInlineSnapshot(`
    " Async  3 tests · inspector · overhead 1.8 % of the run, 72 ms

     error  5.00 s  line unknown                                          stuck-test
            timed out after 5000 ms
            GET /feed in test/feed.test.ts > feed > streams prices
            waits for fetch http://localhost:3000/slow
              src/client.ts:8:9  load
              waits for a socket, no response yet
            → clear it when the request closes: req.on('close', () =>
              clearInterval(timer))

     1 stuck"
  `)
})

test('what has no line is one entry only where it is one thing', () => {
  const at = (line: number, functionName?: string, file = 'node_modules/kit/index.js'): Location => ({
    file,
    line,
    column: 1,
    ...(functionName !== undefined && { functionName })
  })
  const left = (message: string, stack: Location[], test = signsUp): Finding => {
    const { request: _, ...finding } = withoutLocation(leak({ message, test }))
    return { ...finding, stack }
  }
  const report = sampleReport({
    findings: [
      left('a server on port 4001 is still open', [at(3)]),
      left('setInterval, every 1000 ms, is still alive', [at(4)]),
      left('fs.watch is still open', [at(5)]),
      // Another one of the first, made by another test on another port.
      left('a server on port 4002 is still open', [at(3)], signsIn),
      // Made on the same line, but something else; and something alike, from elsewhere.
      left('a socket is still open', [at(3)]),
      left('fs.watch is still open', [at(5), at(9, 'poll')]),
      // Nothing is known of these but what they are: of one kind, they may be one thing.
      left('a pipe is still open', []),
      left('a pipe is still open', [])
    ]
  })
  const told = [
    ['a server on port 4001 is still open', 2],
    ['setInterval, every 1000 ms, is still alive', 1],
    ['fs.watch is still open', 1],
    ['a socket is still open', 1],
    ['fs.watch is still open', 1],
    ['a pipe is still open', 2]
  ]
  expect(groupFindings(report.findings).map(({ worst, findings }) => [worst.message, findings.length])).toEqual(
    expect.arrayContaining(told)
  )
  expect(groupFindings(report.findings)).toHaveLength(told.length)
  const text = print(report)
  for (const [message] of told) expect(text).toContain(message)
  expect(text).toContain('8 leaks')
})

test('stalls without a line are one entry for each function, else for each dependency, else for each test', () => {
  const blocked = (durationMs: number, stack: Location[], changes: Partial<Finding> = {}): Finding => ({
    ...withoutLocation(blocking({ durationMs, kind: 'cpu', message: `blocked for ${durationMs} ms`, ...changes })),
    stack
  })
  const own = (line: number, functionName: string): Location => ({ file: 'src/users.ts', line, column: 1, functionName })
  const dep = (line: number, functionName: string): Location => ({ file: 'node_modules/kit/index.js', line, column: 1, functionName })
  const groups = groupFindings([
    blocked(180, [dep(3, 'mix'), own(10, 'hashAll')]),
    blocked(170, [dep(8, 'round'), own(10, 'hashAll')], { test: signsIn }),
    blocked(160, [dep(3, 'mix'), own(30, 'hashOne')]),
    blocked(150, [dep(3, 'mix'), dep(40, 'nextTick')]),
    blocked(140, [dep(8, 'round'), dep(44, 'nextTick')], { test: signsIn }),
    blocked(130, []),
    blocked(120, [], { test: signsIn })
  ])
  expect(groups.map(({ findings }) => findings.map(({ durationMs }) => durationMs))).toEqual([[180, 170], [160], [150, 140], [130], [120]])
})

test('a request that stalls at one place by two kinds of work is named once', () => {
  const text = print(sampleReport({ findings: [blocking({ kind: 'json' }), blocking({ kind: 'sync-io', durationMs: 120 })] }))
  expect(text.match(/POST \/users in test\/users\.test\.ts/g)).toHaveLength(1)
  expect(text).toContain('×2\n')
})

test('where no line is known, the file of the function is shown', () => {
  const { location, ...rest } = blocking({ message: 'hashPassword blocked the event loop for 184 ms', confidence: 'likely' })
  expect(
    print(sampleReport({ findings: [{ ...rest, stack: [...rest.stack.slice(0, 1), { ...location!, line: 3 }] }] }))
      .split('\n')
      .slice(2, 5)
  ).toEqual([
    '  warn  184 ms  src/users.ts, line unknown           blocking-call · sync-crypto',
    '        hashPassword blocked the event loop for 184 ms',
    '        POST /users in test/users.test.ts > users > signs up'
  ])
})

test.each([1, 9, 10, 11, 400])('%i places: each is shown or counted, and the tally agrees', (count) => {
  const findings = Array.from({ length: count }, (_, index) =>
    blocking({ durationMs: 1000 + index, location: { file: 'src/users.ts', line: index + 1, column: 1 } })
  )
  const text = print(sampleReport({ findings }))
  const shown = text.split('\n').filter((line) => line.startsWith('  warn')).length
  const more = Number(/and (\d+) more places?; /m.exec(text)?.[1] ?? 0)
  expect(shown + more).toBe(count)
  expect(text.trimEnd()).toMatch(new RegExp(`\\n ${count} blocking$`))
})

test('inconclusive findings and budgets are listed with the reason', () => {
  const message = 'other processes held the CPU for 160 of 184 ms'
  const robbed = blocking({ confidence: 'inconclusive', message, evidence: { stolenMs: 160, thresholdMs: 100 } })
  expect(print(sampleReport({ findings: [robbed] }))).toMatchInlineSnapshot(`
    " Async  3 tests · inspector · overhead 1.8 % of the run, 72 ms

     inconclusive, fails nothing
            184 ms  src/users.ts:5:10  hashPassword
              other processes held the CPU for 160 of 184 ms

     1 inconclusive (CPU was taken by other processes)"
  `)

  const report = sampleReport({ findings: [robbed], budgets: [overBudget({ verdict: 'inconclusive' })] })
  expect(print(report)).toMatchInlineSnapshot(`
    " Async  3 tests · inspector · overhead 1.8 % of the run, 72 ms

     inconclusive, fails nothing
            184 ms  src/users.ts:5:10  hashPassword
              other processes held the CPU for 160 of 184 ms
            maxLag 184 ms, allowed 20 ms
              POST /users in test/users.test.ts > users > signs up

     2 inconclusive · budgets 0 of 1 within"
  `)
})

test('allowed and known findings are counted, not shown', () => {
  const report = sampleReport({
    findings: [blocking({ status: 'allowed' }), blocking({ status: 'known' }), leak()],
    budgets: [overBudget({ verdict: 'within', measured: 12 })]
  })
  expect(print(report)).toMatchInlineSnapshot(`
    " Async  3 tests · inspector · overhead 1.8 % of the run, 72 ms

      warn  leak  src/feed.ts:2:3                                    leaked-resource
            setInterval, every 1000 ms, is still alive after the test
            GET /feed in test/feed.test.ts > feed > streams prices
              1 | export function streamPrices(res: Response): void {
            > 2 |   const timer = setInterval(() => res.write(price()), 1000)
              3 | }
            → clear it when the request closes: req.on('close', () =>
              clearInterval(timer))

     1 leak · 1 allowed · 1 known · budgets 1 of 1 within"
  `)
})

test('a budget gone over is told once, with the severity and hint of its finding', () => {
  const finding = blocking({
    rule: 'lag-budget',
    severity: 'error',
    message: 'maxLag was 184 ms, 20 ms are allowed',
    hint: 'move the work off the loop, or raise the budget'
  })
  const report = sampleReport({
    findings: [finding],
    budgets: [
      overBudget(),
      overBudget({ budget: 'leaks', scope: { files: 'test/**' }, allowed: 0, measured: 3, contributors: [] }),
      overBudget({ budget: 'p99Lag', verdict: 'within', measured: 11 })
    ]
  })
  expect(print(report)).toMatchInlineSnapshot(`
    " Async  3 tests · inspector · overhead 1.8 % of the run, 72 ms

     error  maxLag 184 ms, allowed 20 ms                                  lag-budget
            POST /users in test/users.test.ts > users > signs up
            at src/users.ts:5:10  hashPassword
            → move the work off the loop, or raise the budget

      over  leaks 3, allowed 0                                            lag-budget
            files test/**

     budgets 1 of 3 within"
  `)
})

test('a budget gone over is settled where its finding is allowed', () => {
  const finding = blocking({ rule: 'lag-budget', status: 'allowed', message: 'maxLag was 184 ms, 20 ms are allowed' })
  expect(print(sampleReport({ findings: [finding], budgets: [overBudget()] }))).toMatchInlineSnapshot(
    `" Async  no findings in 3 tests · 1 allowed · budgets 0 of 1 within"`
  )
})

test('notices and a fallback are told, each once', () => {
  const fallback = 'the inspector backend was asked for, but this Node was built without it: async-hooks ran instead'
  const report = sampleReport({
    backend: { used: 'async-hooks', fallback },
    notices: [fallback, 'allow[2] (file: src/legacy/**) matched no finding']
  })
  expect(print(report)).toMatchInlineSnapshot(`
    " Async  3 tests · async-hooks · overhead 1.8 % of the run, 72 ms

      note  the inspector backend was asked for, but this Node was built without it:
            async-hooks ran instead
      note  allow[2] (file: src/legacy/**) matched no finding

     no findings"
  `)
})

test('after ten places the rest is counted', () => {
  const findings = Array.from({ length: 13 }, (_, index) =>
    blocking({
      durationMs: 500 - index,
      severity: index === 12 ? 'error' : 'warn',
      location: { file: 'src/many.ts', line: index + 1, column: 1 }
    })
  )
  const output = print(sampleReport({ findings }))
  expect(output.match(/src\/many\.ts/g)).toHaveLength(10)
  expect(output).toContain('src/many.ts:13:1')
  expect(output.split('\n').slice(-4).join('\n')).toMatchInlineSnapshot(`
    "
            and 3 more places; report: { json: 'async-report.json' } would list them

     13 blocking"
  `)
  expect(print(sampleReport({ findings }), {}, 'out/report.json')).toContain('and 3 more places; all are in out/report.json')
})

test('each rule has its share of the ten places', () => {
  const leaks = Array.from({ length: 20 }, (_, index) => leak({ location: { file: 'src/feed.ts', line: index + 1, column: 1 } }))
  const stalls = Array.from({ length: 20 }, (_, index) =>
    blocking({ durationMs: 500 - index, location: { file: 'src/many.ts', line: index + 1, column: 1 } })
  )
  const output = print(sampleReport({ findings: [...leaks, ...stalls] }))
  expect(output.match(/src\/many\.ts:\d+/g)).toEqual([1, 2, 3, 4, 5].map((line) => `src/many.ts:${line}`))
  expect(output.match(/src\/feed\.ts:\d+/g)).toHaveLength(5)
  expect(output).toContain('and 30 more places; ')
})

test('what a failed test has shown is one line', () => {
  const findings = [blocking({ severity: 'error' })]
  const tests = [sampleTest('users > signs up', { state: 'failed' })]
  expect(print(sampleReport({ findings, tests }))).toMatchInlineSnapshot(`
    " Async  1 test · inspector · overhead 1.8 % of the run, 72 ms

     error  184 ms  src/users.ts:5:10  hashPassword      blocking-call · sync-crypto

     1 blocking"
  `)
  const expected = print(sampleReport({ findings, tests: [sampleTest('users > signs up')] }))
  expect(expected, 'nothing has shown it where the test passed').toContain('use the async crypto.pbkdf2')
})

test('why the run fails is the last that is said', () => {
  const failures = [
    'the run went over its budget: maxLag was 34 ms, allowed is 20 ms',
    'report.json could not be written to out/report.json: EACCES: permission denied'
  ]
  expect(print(sampleReport({ failures }))).toMatchInlineSnapshot(`
    " Async  3 tests · inspector · overhead 1.8 % of the run, 72 ms

     no findings

      fail  the run fails because it went over its budget: maxLag was 34 ms, allowed
            is 20 ms
      fail  the run fails because report.json could not be written to
            out/report.json: EACCES: permission denied"
  `)
  expect(print(sampleReport({ failures }), { color: true })).toContain('\u001b[31mfail\u001b[39m')
})

test('40 columns', () => {
  expect(print(crowdedReport(), { columns: 40 })).toMatchInlineSnapshot(`
    " Async  3 tests · async-hooks
            overhead 1.8 % of the run, 72 ms

     error  12.3 s  blocking-call · regexp
       likely packages/…or-comments.ts:120:3
       in MarkdownParser.parseInlineTokens
       the line is where the function was
       called
       POST /users
       in test/users.….ts > users > signs up
       inside node_modules/…/marked.js:33:4
       in inlineTokens
       → use the async crypto.pbkdf2: it
         runs on the thread pool

      warn  184 ms
       blocking-call · sync-crypto
       src/users.ts:5:10  hashPassword
       PUT /users/7…cdefghijklmnopqrstuvwxyz
       in test/users.…has forgotten it twice
       ×2, delayed 1 other test by up to 171
       ms
       inside node:internal/…/pbkdf2:62:10
       in pbkdf2Sync
         4 |   const salt = randomBytes(16)
       > 5 |   return pbkdf2Sync(password, …
         6 | }
       → use the async crypto.pbkdf2: it
         runs on the thread pool

      over  totalBlocking 12.5 s, allowed
       500 ms
       lag-budget
       POST /users …st.ts > users > signs up
       at src/users.ts:5:10  hashPassword

     inconclusive, fails nothing
       184 ms  src/users.ts:5:10
       in hashPassword
         other processes held the CPU for
         160 of 184 ms

      note  inspector was asked for, but
            this Node was built without it

     2 blocking · 1 inconclusive
     1 allowed · budgets 0 of 1 within"
  `)
})

test('200 columns', () => {
  expect(print(crowdedReport(), { columns: 200 })).toMatchInlineSnapshot(`
    " Async  3 tests · async-hooks · overhead 1.8 % of the run, 72 ms

     error  12.3 s  blocking-call · regexp
            likely packages/server/src/features/parsing/markdown-parser-for-comments.ts:120:3  MarkdownParser.parseInlineTokens
            the line is where the function was called
            POST /users in test/users.test.ts > users > signs up
            inside node_modules/marked/lib/marked.js:33:4  inlineTokens
            → use the async crypto.pbkdf2: it runs on the thread pool

      warn  184 ms  src/users.ts:5:10  hashPassword                          blocking-call · sync-crypto
            PUT /users/7/password?token=abcdefghijklmnopqrstuvwxyz in test/users.test.ts > users > changes the password of a user 二回忘れた who has forgotten it twice
            ×2, delayed 1 other test by up to 171 ms
            inside node:internal/crypto/pbkdf2:62:10  pbkdf2Sync
              4 |   const salt = randomBytes(16)
            > 5 |   return pbkdf2Sync(password, salt, 300_000, 64, 'sha512')
              6 | }
            → use the async crypto.pbkdf2: it runs on the thread pool

      over  totalBlocking 12.5 s, allowed 500 ms                                              lag-budget
            POST /users in test/users.test.ts > users > signs up
            at src/users.ts:5:10  hashPassword

     inconclusive, fails nothing
            184 ms  src/users.ts:5:10  hashPassword
              other processes held the CPU for 160 of 184 ms

      note  inspector was asked for, but this Node was built without it

     2 blocking · 1 inconclusive · 1 allowed · budgets 0 of 1 within"
  `)
})

test('without Unicode the layout is ASCII', () => {
  const output = print(crowdedReport(), { columns: 60, unicode: false })
  expect(output).not.toMatch(/[·×…→]/)
  expect(output).toContain('x2, delayed 1 other test')
})

test('colour', () => {
  expect(print(crowdedReport(), { color: true }).replaceAll('\x1b', '\\e')).toMatchInlineSnapshot(`
    "\\e[7m\\e[1m Async \\e[22m\\e[27m 3 tests\\e[2m · \\e[22masync-hooks\\e[2m · \\e[22m\\e[2moverhead 1.8 % of the run, 72 ms\\e[22m

     \\e[1m\\e[31merror\\e[39m\\e[22m  \\e[1m12.3 s\\e[22m  \\e[2mblocking-call · regexp\\e[22m
            \\e[2mlikely \\e[22m\\e[36mpackages/server/…/parsing/markdown-parser-for-comments.ts:120:3\\e[39m
            in MarkdownParser.parseInlineTokens
            the line is where the function was called
            POST /users in test/users.test.ts > users > signs up
            \\e[2minside \\e[22m\\e[36mnode_modules/marked/lib/marked.js:33:4\\e[39m  inlineTokens
            \\e[32m→ use the async crypto.pbkdf2: it runs on the thread pool\\e[39m

     \\e[1m\\e[33m warn\\e[39m\\e[22m  \\e[1m184 ms\\e[22m  \\e[36msrc/users.ts:5:10\\e[39m  hashPassword      \\e[2mblocking-call · sync-crypto\\e[22m
            PUT /users/7/password?token=abcdefghijklmnopqrstuvwxyz
            in test/users.test.ts > u…f a user 二回忘れた who has forgotten it twice
            ×2, delayed 1 other test by up to 171 ms
            \\e[2minside \\e[22m\\e[36mnode:internal/crypto/pbkdf2:62:10\\e[39m  pbkdf2Sync
             \\e[90m 4 |\\e[39m   \\e[36mconst\\e[39m salt \\e[33m=\\e[39m randomBytes(\\e[35m16\\e[39m)
            \\e[31m\\e[1m>\\e[22m\\e[39m\\e[90m 5 |\\e[39m   \\e[36mreturn\\e[39m pbkdf2Sync(password\\e[33m,\\e[39m salt\\e[33m,\\e[39m \\e[35m300\\e[39m_000\\e[33m,\\e[39m \\e[35m64\\e[39m\\e[33m,\\e[39m \\e[32m'sha512'\\e[39m)
             \\e[90m 6 |\\e[39m }
            \\e[32m→ use the async crypto.pbkdf2: it runs on the thread pool\\e[39m

     \\e[1m\\e[31m over\\e[39m\\e[22m  \\e[1mtotalBlocking 12.5 s, allowed 500 ms\\e[22m                          \\e[2mlag-budget\\e[22m
            POST /users in test/users.test.ts > users > signs up
            \\e[2mat \\e[22m\\e[36msrc/users.ts:5:10\\e[39m  hashPassword

     \\e[1minconclusive\\e[22m, fails nothing
            \\e[2m184 ms  \\e[22m\\e[36msrc/users.ts:5:10\\e[39m  hashPassword
              \\e[2mother processes held the CPU for 160 of 184 ms\\e[22m

      \\e[2mnote\\e[22m  inspector was asked for, but this Node was built without it

     \\e[31m2 blocking\\e[39m\\e[2m · \\e[22m\\e[2m1 inconclusive\\e[22m\\e[2m · \\e[22m\\e[2m1 allowed\\e[22m\\e[2m · \\e[22m\\e[31mbudgets 0 of 1 within\\e[39m"
  `)
})

test('colour changes nothing but colour', () => {
  for (const columns of [40, 61, 80, 200]) {
    const painted = print(crowdedReport(), { color: true, columns })
    expect(stripVTControlCharacters(painted)).toBe(print(crowdedReport(), { columns }))
  }
})

test('no line is longer than the terminal', () => {
  for (let columns = 40; columns <= 160; columns += 1) {
    const widths = print(crowdedReport(), { columns }).split('\n').map(textWidth)
    expect(Math.max(...widths)).toBeLessThanOrEqual(columns)
  }
})

test('an unknown width is 80, a narrower one than 40 is 40', () => {
  expect(print(crowdedReport(), { columns: 0 })).toBe(print(crowdedReport(), { columns: 80 }))
  expect(print(crowdedReport(), { columns: 10 })).toBe(print(crowdedReport(), { columns: 40 }))
})

test('names cannot draw on the terminal', () => {
  const name = 'users > \x1b[31mred\x1b[0m \x1b]8;;https://example.org\x07link\x1b]8;;\x07\n\n error  1 s\u202e'
  const report = sampleReport({ findings: [blocking({ test: { file: 'test/users.test.ts', name } })] })
  expect(print(report).split('\n')[3]).toMatchInlineSnapshot(`"        POST /users in test/users.test.ts > users > red link error 1 s"`)
})

test('the short form of a test counts what there is to mend', () => {
  const findings = [blocking(), blocking(), leak(), leak({ status: 'known' }), blocking({ confidence: 'inconclusive' })]
  expect(formatTestShort(findings, { unicode: true })).toBe('2 blocking · 1 leak')
  expect(formatTestShort(findings, { unicode: false })).toBe('2 blocking - 1 leak')
  expect(formatTestShort([], { unicode: true })).toBe('')
})

function print(report: Report, style: Partial<TerminalStyle> = {}, reportFile?: string): string {
  return formatTerminal(report, { color: false, columns: 80, unicode: true, ...style }, readSample, reportFile)
}

/** Every section, with names that are too long for most terminals. */
function crowdedReport(): Report {
  const name = 'users > changes the password of a user 二回忘れた who has forgotten it twice'
  const file = 'packages/server/src/features/parsing/markdown-parser-for-comments.ts'
  return sampleReport({
    backend: { used: 'async-hooks', fallback: 'inspector was asked for, but this Node was built without it' },
    findings: [
      blocking({
        occurrences: 2,
        victims: [{ test: signsIn, delayMs: 171.4 }],
        test: { file: 'test/users.test.ts', name },
        request: { method: 'PUT', url: '/users/7/password?token=abcdefghijklmnopqrstuvwxyz' }
      }),
      blocking({
        severity: 'error',
        confidence: 'likely',
        durationMs: 12_340,
        kind: 'regexp',
        message: 'the line is where the function was called',
        location: { file, line: 120, column: 3, functionName: 'MarkdownParser.parseInlineTokens' },
        stack: [{ file: 'node_modules/marked/lib/marked.js', line: 33, column: 4, functionName: 'inlineTokens' }]
      }),
      blocking({ confidence: 'inconclusive', message: 'other processes held the CPU for 160 of 184 ms' }),
      leak({ status: 'allowed' })
    ],
    budgets: [overBudget({ budget: 'totalBlocking', allowed: 500, measured: 12_524 })]
  })
}
