import { beforeAll, describe, expect, test } from 'vitest'
import { markedLines, readFixture } from './harness/fixtures.ts'
import { normalize } from './harness/normalize.ts'
import { testStates } from './harness/report.ts'
import { type RunResult, runVitest } from './harness/run-vitest.ts'
import { MAJORS } from './harness/sandbox.ts'

const FILES = readFixture('matchers')

describe.each(MAJORS)('vitest %i', (vitest) => {
  let run: RunResult
  let told: Map<string, string>

  beforeAll(async () => {
    run = await runVitest({ vitest, files: FILES, plugin: {}, args: ['--maxWorkers=1'] })
    told = readTold(run)
  })

  test('what the project itself expects holds', () => {
    const failed = run.results!.testResults.flatMap(({ message, assertionResults }) => [
      message,
      ...assertionResults
        .filter(({ fullName }) => fullName !== 'soft' && !fullName.startsWith('not awaited '))
        .flatMap(({ fullName, failureMessages }) => failureMessages.map((each) => `${fullName}: ${each}`))
    ])
    expect(failed.filter(Boolean)).toEqual([])
    expect(run.results!.testResults).toHaveLength(12)
  })

  test('a function’s verdict that nobody awaits fails its test, at the matcher’s line, and is no unhandled rejection', () => {
    const [file] = run.results!.testResults.filter(({ name }) => name.endsWith('/unawaited.test.ts'))
    const failures = file!.assertionResults.flatMap(({ fullName, failureMessages }) => {
      return failureMessages
        .filter((each) => each.includes('was not awaited'))
        .map((each) => `${fullName}: ${each.split('\n', 1)[0]} ${/unawaited\.test\.ts:\d+/.exec(each)?.[0]}`)
    })
    const said = (matcher: string): string =>
      `AsyncProfilerError: ${matcher}() was not awaited: it runs the function that it is given, and judges it later. Write await expect(…).${matcher}(…)`
    expect(failures).toEqual([
      `not awaited it would fail: ${said('toHaveNoBlockingCalls')} unawaited.test.ts:14`,
      `not awaited it would pass: ${said('toCompleteWithinLag')} unawaited.test.ts:17`,
      `not awaited negated, in an async test: ${said('toHaveNoSyncCalls')} unawaited.test.ts:21`,
      `not awaited the function throws: ${said('toHaveNoLeakedTasks')} unawaited.test.ts:24`,
      `not awaited soft: ${said('toHaveNoBlockingCalls')} unawaited.test.ts:29`
    ])
    expect(file!.assertionResults.filter(({ status }) => status === 'failed')).toHaveLength(failures.length)
    expect(run.stderr).not.toContain('Unhandled')
  })

  const SERVED = [
    ['supertest', 'GET /busy', 'express'],
    ['supertest, server of the file', 'GET /busy', 'express'],
    ['fetch', 'GET /busy', 'express'],
    ['inject', 'GET /busy', 'fastify']
  ]
  test.each(SERVED)('of a response: %s', (subject, name, call) => {
    expect(told.get(`${subject}: blocking`)).toBe(
      lines(
        'expect(received).toHaveNoBlockingCalls()',
        '',
        `Expected ${name} to have no blocking call over 100 ms`,
        'Received 1 blocking call, <time> in all',
        '',
        '  <time>  cpu  compute  <compute>',
        `          from ${name} handler  <${call}>`,
        '          split the work and yield between parts (await setImmediate from node:timers/promises), or move it to a worker thread'
      )
    )
  })

  test('of other subjects', () => {
    expect(pick('profile(): ', 'JSON copy: ', 'currentProfile(): ')).toMatchInlineSnapshot(`
      "[profile(): blocking] expect(received).toHaveNoBlockingCalls()

      Expected busyWork to have no blocking call over 100 ms
      Received 1 blocking call, <time> in all

        <time>  cpu  compute  <compute>
                from busyWork  <async>
                split the work and yield between parts (await setImmediate from node:timers/promises), or move it to a worker thread
      [profile(): lag] expect(received).toCompleteWithinLag()

      Expected busyWork to complete within a lag of its own work of max 20 ms
      Received max <time>

        <time>  cpu  compute  <compute>
                from busyWork  <async>
      [profile(): not blocking] expect(received).not.toHaveNoBlockingCalls()

      Expected quickWork to have a blocking call over 100 ms
      Received none
      [profile(): own threshold] expect(received).not.toHaveNoBlockingCalls()

      Expected busyWork to have a blocking call over 1.00 s
      Received none
      [JSON copy: blocking] expect(received).toHaveNoBlockingCalls()

      Expected busyWork to have no blocking call over 100 ms
      Received 1 blocking call, <time> in all

        <time>  cpu  compute  <compute>
                from busyWork  <async>
                split the work and yield between parts (await setImmediate from node:timers/promises), or move it to a worker thread
      [JSON copy: lag] expect(received).toCompleteWithinLag()

      Expected busyWork to complete within a lag of its own work of max 20 ms
      Received max <time>

        <time>  cpu  compute  <compute>
                from busyWork  <async>
      [JSON copy: not blocking] expect(received).not.toHaveNoBlockingCalls()

      Expected quickWork to have a blocking call over 100 ms
      Received none
      [JSON copy: own threshold] expect(received).not.toHaveNoBlockingCalls()

      Expected busyWork to have a blocking call over 1.00 s
      Received none
      [currentProfile(): blocking] expect(received).toHaveNoBlockingCalls()

      Expected currentProfile() > busy to have no blocking call over 100 ms
      Received 1 blocking call, <time> in all

        <time>  cpu  compute  <compute>
                from currentProfile()  <current>
                from (anonymous)  test/subjects.test.ts:<line>
                split the work and yield between parts (await setImmediate from node:timers/promises), or move it to a worker thread
      [currentProfile(): lag] expect(received).toCompleteWithinLag()

      Expected currentProfile() > busy to complete within a lag of its own work of max 20 ms
      Received max <time>

        <time>  cpu  compute  <compute>
                from currentProfile()  <current>
                from (anonymous)  test/subjects.test.ts:<line>
      [currentProfile(): not blocking] expect(received).not.toHaveNoBlockingCalls()

      Expected currentProfile() > quick to have a blocking call over 100 ms
      Received none
      [currentProfile(): own threshold] expect(received).not.toHaveNoBlockingCalls()

      Expected currentProfile() > own threshold to have a blocking call over 1.00 s
      Received none"
    `)
  })

  test('of functions', () => {
    expect(pick('function')).toMatchInlineSnapshot(`
      "[function: sync] expect(received).toHaveNoBlockingCalls()

      Expected busySync to have no blocking call over 100 ms
      Received 1 blocking call, <time> in all

        <time>  cpu  compute  <compute>
                from busySync  <sync>
                from (anonymous)  test/subjects.test.ts:<line>
                from toldLater  src/told.ts:<line>
                from (anonymous)  test/subjects.test.ts:<line>
                split the work and yield between parts (await setImmediate from node:timers/promises), or move it to a worker thread
      [function: sync, negated] expect(received).not.toHaveNoBlockingCalls()

      Expected quickSync to have a blocking call over 100 ms
      Received none
      [function: async] expect(received).toHaveNoBlockingCalls()

      Expected busyWork to have no blocking call over 100 ms
      Received 1 blocking call, <time> in all

        <time>  cpu  compute  <compute>
                from busyWork  <async>
                split the work and yield between parts (await setImmediate from node:timers/promises), or move it to a worker thread
      [function: without a name] expect(received).toHaveNoBlockingCalls()

      Expected anonymous to have no blocking call over 100 ms
      Received 1 blocking call, <time> in all

        <time>  cpu  compute  <compute>
                from (anonymous)  test/subjects.test.ts:<line>
                from (anonymous)  test/subjects.test.ts:<line>
                from toldLater  src/told.ts:<line>
                from (anonymous)  test/subjects.test.ts:<line>
                split the work and yield between parts (await setImmediate from node:timers/promises), or move it to a worker thread
      [function: gives] a promise
      [function: runs] 1
      [function: throws] its own error
      [function: rejects] its own error
      [function: concurrency] expect(received).toStayWithinConcurrency()

      Expected three to run at most 2 tasks at once
      Received 3

        wait  test/subjects.test.ts:<line>
        wait  test/subjects.test.ts:<line>
        wait  test/subjects.test.ts:<line>
      [function: concurrency, negated] expect(received).not.toStayWithinConcurrency()

      Expected three to run more than 3 tasks at once
      Received 3"
    `)
  })

  test('of lags', () => {
    expect(pick('supertest: lag', 'loop lag', 'several lags')).toMatchInlineSnapshot(`
      "[supertest: lag] expect(received).toCompleteWithinLag()

      Expected GET /busy to complete within a lag of its own work of max 20 ms
      Received max <time>

        <time>  cpu  compute  <compute>
                from GET /busy handler  <express>
      [loop lag] expect(received).toCompleteWithinLag()

      Expected quickWork to complete within a lag of the whole loop of max 100 ms
      Received max <time>
      [several lags] expect(received).toCompleteWithinLag()

      Expected busyWork to complete within a lag of its own work of max 20 ms, mean 5.00 s, p95 5.00 s, p99 20 ms
      Received max <time>, mean <time>, p95 <time>, p99 <time>

        <time>  cpu  compute  <compute>
                from busyWork  <async>"
    `)
  })

  test('negated, and with own thresholds', () => {
    expect(pick('supertest: not blocking', 'supertest: own', 'fetch: not', 'fetch: own', 'inject: not', 'inject: own'))
      .toMatchInlineSnapshot(`
      "[supertest: not blocking] expect(received).not.toHaveNoBlockingCalls()

      Expected GET /quick to have a blocking call over 100 ms
      Received none
      [supertest: own threshold] expect(received).not.toHaveNoBlockingCalls()

      Expected GET /busy to have a blocking call over 1.00 s
      Received none
      [fetch: not blocking] expect(received).not.toHaveNoBlockingCalls()

      Expected GET /quick to have a blocking call over 100 ms
      Received none
      [fetch: own threshold] expect(received).not.toHaveNoBlockingCalls()

      Expected GET /busy to have a blocking call over 1.00 s
      Received none
      [inject: not blocking] expect(received).not.toHaveNoBlockingCalls()

      Expected GET /quick to have a blocking call over 100 ms
      Received none
      [inject: own threshold] expect(received).not.toHaveNoBlockingCalls()

      Expected GET /busy to have a blocking call over 1.00 s
      Received none"
    `)
  })

  test('soft', () => {
    expect(testStates(run)['soft']).toBe('failed')
    expect(told.get('soft')).toBe('went on')
    const { failureMessages = [] } =
      run.results!.testResults.flatMap(({ assertionResults }) => assertionResults).find(({ fullName }) => fullName === 'soft') ?? {}
    expect(failureMessages.map((message) => /(expect\(.*)/.exec(message)?.[1])).toEqual([
      'expect(received).toHaveNoBlockingCalls()',
      'expect(received).toCompleteWithinLag()',
      'expect(received).toHaveNoBlockingCalls()'
    ])
  })

  test('wrong subjects', () => {
    const all = [...told].filter(([key]) => key.startsWith('subject: '))
    const plain = all.filter(([key]) => !/, (?:negated|lag|concurrency)$/.test(key))
    expect(plain.map(([key, text]) => `[${key}] ${text}`).join('\n')).toMatchInlineSnapshot(`
      "[subject: undefined] AsyncProfilerError ERR_SUBJECT: toHaveNoBlockingCalls() received undefined, which was never profiled: pass a supertest response, a fetch Response, a Fastify inject response, a profile, or a function
      [subject: null] AsyncProfilerError ERR_SUBJECT: toHaveNoBlockingCalls() received null, which was never profiled: pass a supertest response, a fetch Response, a Fastify inject response, a profile, or a function
      [subject: a number] AsyncProfilerError ERR_SUBJECT: toHaveNoBlockingCalls() received 42, which was never profiled: pass a supertest response, a fetch Response, a Fastify inject response, a profile, or a function
      [subject: a string] AsyncProfilerError ERR_SUBJECT: toHaveNoBlockingCalls() received 'text', which was never profiled: pass a supertest response, a fetch Response, a Fastify inject response, a profile, or a function
      [subject: a symbol] AsyncProfilerError ERR_SUBJECT: toHaveNoBlockingCalls() received Symbol(text), which was never profiled: pass a supertest response, a fetch Response, a Fastify inject response, a profile, or a function
      [subject: an array] AsyncProfilerError ERR_SUBJECT: toHaveNoBlockingCalls() received an object of Array, which was never profiled: pass a supertest response, a fetch Response, a Fastify inject response, a profile, or a function
      [subject: an object] AsyncProfilerError ERR_SUBJECT: toHaveNoBlockingCalls() received an object of Object, which was never profiled: pass a supertest response, a fetch Response, a Fastify inject response, a profile, or a function
      [subject: an object without a prototype] AsyncProfilerError ERR_SUBJECT: toHaveNoBlockingCalls() received an object of no class, which was never profiled: pass a supertest response, a fetch Response, a Fastify inject response, a profile, or a function
      [subject: a promise] AsyncProfilerError ERR_SUBJECT: toHaveNoBlockingCalls() received an object of Promise, which was never profiled: await it first
      [subject: a Response of nobody] AsyncProfilerError ERR_SUBJECT: toHaveNoBlockingCalls() received an object of Response, which was never profiled: this response was not served by a server in this process; measure the call itself with expect(() => …) or profile()
      [subject: a Hono response] AsyncProfilerError ERR_SUBJECT: toHaveNoBlockingCalls() received an object of Response, which was never profiled: this response was not served by a server in this process; measure the call itself with expect(() => …) or profile()
      [subject: a request that was not sent] AsyncProfilerError ERR_SUBJECT: toHaveNoBlockingCalls() received an object of Object, which was never profiled: pass a supertest response, a fetch Response, a Fastify inject response, a profile, or a function"
    `)
    const unlike = all.filter(([key, text]) => {
      const [name = '', variant = ''] = key.split(', ')
      const matcher = { lag: 'toCompleteWithinLag', concurrency: 'toStayWithinConcurrency' }[variant] ?? 'toHaveNoBlockingCalls'
      return text !== told.get(name)!.replace('toHaveNoBlockingCalls', matcher)
    })
    expect(unlike).toEqual([])
  })

  test('wrong arguments', () => {
    expect(pick('lag: ', 'concurrency: ')).toMatchInlineSnapshot(`
      "[lag: undefined] AsyncProfilerError ERR_SUBJECT: toCompleteWithinLag() takes a number of milliseconds, 0 or more, or an object with one or more of max, mean, p95 and p99; received undefined
      [lag: null] AsyncProfilerError ERR_SUBJECT: toCompleteWithinLag() takes a number of milliseconds, 0 or more, or an object with one or more of max, mean, p95 and p99; received null
      [lag: -1] AsyncProfilerError ERR_SUBJECT: toCompleteWithinLag() takes a number of milliseconds, 0 or more, or an object with one or more of max, mean, p95 and p99; received -1
      [lag: NaN] AsyncProfilerError ERR_SUBJECT: toCompleteWithinLag() takes a number of milliseconds, 0 or more, or an object with one or more of max, mean, p95 and p99; received NaN
      [lag: "20"] AsyncProfilerError ERR_SUBJECT: toCompleteWithinLag() takes a number of milliseconds, 0 or more, or an object with one or more of max, mean, p95 and p99; received '20'
      [lag: {}] AsyncProfilerError ERR_SUBJECT: toCompleteWithinLag() takes a number of milliseconds, 0 or more, or an object with one or more of max, mean, p95 and p99; received {}
      [lag: {"max":"20"}] AsyncProfilerError ERR_SUBJECT: toCompleteWithinLag() takes a number of milliseconds, 0 or more, or an object with one or more of max, mean, p95 and p99; received { max: '20' }
      [lag: {"max":-1}] AsyncProfilerError ERR_SUBJECT: toCompleteWithinLag() takes a number of milliseconds, 0 or more, or an object with one or more of max, mean, p95 and p99; received { max: -1 }
      [lag: {"p50":20}] AsyncProfilerError ERR_SUBJECT: toCompleteWithinLag() takes a number of milliseconds, 0 or more, or an object with one or more of max, mean, p95 and p99; received { p50: 20 }
      [lag: {"scope":"loop"}] AsyncProfilerError ERR_SUBJECT: toCompleteWithinLag() takes a number of milliseconds, 0 or more, or an object with one or more of max, mean, p95 and p99; received { scope: 'loop' }
      [lag: {"max":20,"scope":"all"}] AsyncProfilerError ERR_SUBJECT: toCompleteWithinLag() takes scope: 'own' or 'loop'; received 'all'
      [concurrency: undefined] AsyncProfilerError ERR_SUBJECT: toStayWithinConcurrency() takes a whole number, 0 or more; received undefined
      [concurrency: null] AsyncProfilerError ERR_SUBJECT: toStayWithinConcurrency() takes a whole number, 0 or more; received null
      [concurrency: -1] AsyncProfilerError ERR_SUBJECT: toStayWithinConcurrency() takes a whole number, 0 or more; received -1
      [concurrency: 1.5] AsyncProfilerError ERR_SUBJECT: toStayWithinConcurrency() takes a whole number, 0 or more; received 1.5
      [concurrency: NaN] AsyncProfilerError ERR_SUBJECT: toStayWithinConcurrency() takes a whole number, 0 or more; received NaN
      [concurrency: "3"] AsyncProfilerError ERR_SUBJECT: toStayWithinConcurrency() takes a whole number, 0 or more; received '3'
      [concurrency: {}] AsyncProfilerError ERR_SUBJECT: toStayWithinConcurrency() takes a whole number, 0 or more; received {}"
    `)
    const negated = [...told].filter(([key]) => /^(?:lag|concurrency), negated: /.test(key))
    expect(negated).toHaveLength(18)
    expect(negated.filter(([key, text]) => told.get(key.replace(', negated', '')) !== text)).toEqual([])
  })

  test('tasks that nobody knew were wanted', () => {
    expect(pick('helper: ')).toMatchInlineSnapshot(
      `"[helper: concurrency] AsyncProfilerError ERR_SUBJECT: toStayWithinConcurrency() needs tasks to be followed, which they are where the test file itself names this matcher: name it there, or measure the call with expect(() => …)"`
    )
  })

  test('wrong options of toHaveNoBlockingCalls', () => {
    const all = [...told].filter(([key]) => key.startsWith('blocking'))
    expect(all).toHaveLength(18)
    expect(all.filter(([, text]) => !text.startsWith('AsyncProfilerError ERR_SUBJECT: toHaveNoBlockingCalls() takes '))).toEqual([])
  })

  test('currentProfile() outside a test', () => {
    expect(told.get('currentProfile() outside')).toMatchInlineSnapshot(
      `"AsyncProfilerError ERR_NO_TEST: currentProfile() was called outside a test: call it in a test, its hooks, or a handler that serves its request"`
    )
  })

  function pick(...prefixes: string[]): string {
    const found = [...told].filter(([key]) => prefixes.some((prefix) => key.startsWith(prefix)))
    return found.map(([key, text]) => `[${key}] ${text}`).join('\n')
  }
})

describe.each(MAJORS)('vitest %i, without the plugin', (vitest) => {
  test('each call says what is missing', async () => {
    const { 'test/without.ts': without = '', ...files } = FILES
    const run = await runVitest({
      vitest,
      files: { ...Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith('src/'))), 'test/without.test.ts': without },
      config: 'export default {}'
    })
    expect(testStates(run)).toEqual({ 'without the plugin': 'passed' })
    expect([...readTold(run)].map(([key, text]) => `[${key}] ${text}`).join('\n')).toMatchInlineSnapshot(`
      "[without: matchers are not there] Invalid Chai property: toHaveNoBlockingCalls
      [without: a response] AsyncProfilerError ERR_NOT_RUNNING: toHaveNoBlockingCalls() needs the profiler: add asyncProfiler() to the plugins of this project's Vitest config, or 'vitest-async-profiler/setup' to its setupFiles
      [without: a response, negated] AsyncProfilerError ERR_NOT_RUNNING: toHaveNoBlockingCalls() needs the profiler: add asyncProfiler() to the plugins of this project's Vitest config, or 'vitest-async-profiler/setup' to its setupFiles
      [without: a function] AsyncProfilerError ERR_NOT_RUNNING: toHaveNoBlockingCalls() needs the profiler: add asyncProfiler() to the plugins of this project's Vitest config, or 'vitest-async-profiler/setup' to its setupFiles
      [without: a number] AsyncProfilerError ERR_NOT_RUNNING: toCompleteWithinLag() needs the profiler: add asyncProfiler() to the plugins of this project's Vitest config, or 'vitest-async-profiler/setup' to its setupFiles
      [without: currentProfile] AsyncProfilerError ERR_NOT_RUNNING: currentProfile() needs the profiler: add asyncProfiler() to the plugins of this project's Vitest config, or 'vitest-async-profiler/setup' to its setupFiles
      [without: profile] AsyncProfilerError ERR_NOT_RUNNING: profile() needs the profiler: add asyncProfiler() to the plugins of this project's Vitest config, or 'vitest-async-profiler/setup' to its setupFiles"
    `)
  })
})

const lines = (...text: string[]): string => text.join('\n')

/** What the project noted, with placeholders for what varies and for the places that markers name. */
function readTold(run: RunResult): Map<string, string> {
  const notes = (run.read('told.jsonl') ?? '').trim().split('\n').filter(Boolean)
  return new Map(notes.map((line) => JSON.parse(line) as [string, string]).map(([key, text]) => [key, tidy(text, run)]))
}

function tidy(text: string, run: RunResult): string {
  let tidied = normalize(text, run, ['20 ms', '100 ms', '1.00 s', '5.00 s'])
  for (const name of ['compute', 'express', 'fastify', 'async', 'current', 'sync']) {
    for (const place of [...markedLines(FILES, 'BLAME', name), ...markedLines(FILES, 'CALL', name)]) {
      tidied = tidied.replaceAll(new RegExp(`${place}:\\d+`, 'g'), `<${name}>`)
    }
  }
  // Callers that have no marker.
  return tidied.replaceAll(/((?:test\/subjects\.test|src\/told)\.ts):\d+:\d+/g, '$1:<line>')
}
