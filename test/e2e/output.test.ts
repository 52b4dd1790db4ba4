import { describe, expect, test } from 'vitest'
import { normalize } from './harness/normalize.ts'
import { type RunResult, runVitest } from './harness/run-vitest.ts'
import { MAJORS } from './harness/sandbox.ts'

const BUSY = `import express, { type Request, type Response } from 'express'
import request from 'supertest'
import { expect, test } from 'vitest'

interface Sum {
  value: number
}

const app = express()

app.get('/sums', (_request: Request, response: Response): void => {
  const sum: Sum = addUp(300)

  response.json(sum)
})

function addUp(ms: number): Sum {
  const until = cpuMs() + ms
  let value = 0
  while (cpuMs() < until) {
    for (let i = 0; i < 20_000; i++) value += Math.sqrt(i) * Math.sin(i)
  }
  return { value }
}

function cpuMs(): number {
  return (process.threadCpuUsage ?? process.cpuUsage).call(process).user / 1000
}

test('GET /sums keeps the loop free', async () => {
  const response = await request(app).get('/sums')
  expect(response).toHaveNoBlockingCalls()
})

test('adding up is quick', async () => {
  await expect(async () => addUp(150)).toHaveNoBlockingCalls()
})
`

const QUIET = `import { test } from 'vitest'

test('does little', () => {})
`

test('the whole output of a run that fails', async () => {
  const run = await runVitest({ files: { 'sums.test.ts': BUSY }, plugin: { backend: 'inspector' }, results: false })
  expect(run.exitCode).toBe(1)
  expect(normalize(run.stdout, run, ['100 ms'])).toMatchInlineSnapshot(`
    "RUN  <version> <root>

     ❯ sums.test.ts (2 tests | 2 failed) <time>
       × GET /sums keeps the loop free <time>
       × adding up is quick <time>

     Test Files  1 failed (1)
          Tests  2 failed (2)
       Start at  <clock>
       Duration  <time>

     Async  2 tests · inspector · overhead <time>

      warn  <time>  sums.test.ts:21:5  addUp                     blocking-call · cpu
            GET /sums in sums.test.ts > GET /sums keeps the loop free
            sums.test.ts > adding up is quick
            ×2 in 2 tests
              20 | while (cpuMs() < until) {
            > 21 |   for (let i = 0; i < 20_000; i++) value += Math.sqrt(i) * Math.…
              22 | }
            → split the work and yield between parts (await setImmediate from
              node:timers/promises), or move it to a worker thread

     2 blocking"
  `)
  expect(normalize(run.stderr, run, ['100 ms'])).toMatchInlineSnapshot(`
    "⎯⎯⎯⎯⎯⎯⎯ Failed Tests 2 ⎯⎯⎯⎯⎯⎯⎯

     FAIL  sums.test.ts > GET /sums keeps the loop free
    Error: expect(received).toHaveNoBlockingCalls()

    Expected GET /sums to have no blocking call over 100 ms
    Received 1 blocking call, <time> in all

      <time>  cpu  addUp  sums.test.ts:21:5
              from GET /sums handler  sums.test.ts:12:20
              split the work and yield between parts (await setImmediate from node:timers/promises), or move it to a worker thread
     ❯ sums.test.ts:32:20
         30| test('GET /sums keeps the loop free', async () => {
         31|   const response = await request(app).get('/sums')
         32|   expect(response).toHaveNoBlockingCalls()
           |                    ^
         33| })
         34|

    ⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯[1/2]⎯

     FAIL  sums.test.ts > adding up is quick
    Error: expect(received).toHaveNoBlockingCalls()

    Expected anonymous to have no blocking call over 100 ms
    Received 1 blocking call, <time> in all

      <time>  cpu  addUp  sums.test.ts:21:5
              from (anonymous)  sums.test.ts:36:28
              from (anonymous)  sums.test.ts:35:28
              split the work and yield between parts (await setImmediate from node:timers/promises), or move it to a worker thread
     ❯ sums.test.ts:36:40
         34|
         35| test('adding up is quick', async () => {
         36|   await expect(async () => addUp(150)).toHaveNoBlockingCalls()
           |                                        ^
         37| })
         38|

    ⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯[2/2]⎯"
  `)
})

describe.each(MAJORS)('vitest %i', (vitest) => {
  test('a run in which all is well ends with one line', async () => {
    const run = await runVitest({ vitest, files: { 'quiet.test.ts': QUIET }, results: false })
    expect(run.exitCode).toBe(0)
    expect(run.stderr).toBe('')
    expect(normalize(run.stdout, run)).toMatchInlineSnapshot(`
      "RUN  <version> <root>

       ✓ quiet.test.ts (1 test) <time>

       Test Files  1 passed (1)
            Tests  1 passed (1)
         Start at  <clock>
         Duration  <time>

       Async  no findings in 1 test · inspector · overhead <time>"
    `)
  })

  test('the summary stays on stdout where the JSON reporter has a file', async () => {
    const run = await runVitest({ vitest, files: { 'quiet.test.ts': QUIET } })
    expect(run.stdout).toContain('no findings in 1 test')
    expect(run.stderr).toBe('')
  })

  // Vitest 5 gives these two files of their own, unless told otherwise.
  const inFiles = vitest === 5 ? ['json', 'junit'] : []
  const onStdout = ['json', 'junit', 'tap', 'tap-flat'].filter((reporter) => !inFiles.includes(reporter))

  test.each(onStdout)('the summary goes to stderr where the reporter %s owns stdout', async (reporter) => {
    const run = await runVitest({ vitest, files: { 'quiet.test.ts': QUIET }, results: false, args: [`--reporter=${reporter}`] })
    expect(run.exitCode).toBe(0)
    expect(run.stderr).toContain('no findings in 1 test')
    expect(run.stdout).not.toContain('no findings')
    if (reporter === 'json') expect(JSON.parse(run.stdout)).toMatchObject({ success: true })
  })

  test.runIf(inFiles.length > 0).each(inFiles)(
    'the summary stays on stdout where the reporter %s has a file by itself',
    async (reporter) => {
      const run = await runVitest({ vitest, files: { 'quiet.test.ts': QUIET }, results: false, args: [`--reporter=${reporter}`] })
      expect(run.exitCode).toBe(0)
      expect(run.stdout).toContain('no findings in 1 test')
    }
  )

  test('a config without the plugin, with its setup file and its reporter', async () => {
    const config = `export default {
      test: { setupFiles: ['vitest-async-profiler/setup'], reporters: ['default', 'vitest-async-profiler/reporter'] }
    }`
    const busy = await runVitest({ vitest, files: { 'sums.test.ts': BUSY }, config, ...OWN_REPORTERS })
    expect(blockedLines(busy)).toMatchInlineSnapshot(`"warn  <time>  sums.test.ts:21:5  addUp  blocking-call · cpu"`)
    expect(busy.exitCode).toBe(1)
    const quiet = await runVitest({ vitest, files: { 'quiet.test.ts': QUIET }, config, ...OWN_REPORTERS })
    expect(quiet.stdout).toContain('no findings in 1 test')
    expect(quiet.stderr).toBe('')
    expect(quiet.exitCode).toBe(0)
  })
})

const OWN_REPORTERS = { results: false, reporter: false }

/** The heads of the findings in the terminal's summary. */
function blockedLines(run: RunResult): string {
  const lines = normalize(run.stdout, run).split('\n')
  return lines.flatMap((line) => (/^ +(?:warn|fail) /.test(line) ? [line.trim().replace(/ {2,}/g, '  ')] : [])).join('\n')
}
