import { describe, expect, test } from 'vitest'
import type { Options } from '../../src/config/options.ts'
import type { Finding } from '../../src/model/finding.ts'
import { readFixture } from './harness/fixtures.ts'
import { type Pool, type RunResult, runVitest } from './harness/run-vitest.ts'
import type { Major } from './harness/sandbox.ts'

const FILES = readFixture('requests')
const MARK = /\/\/ BLAME ([\w-]+) (certain|likely) (.+)$/

/** What the fixture's lines say will be found there: `// BLAME rule confidence test | request`. */
function planted(): string[] {
  return Object.entries(FILES)
    .flatMap(([file, text]) =>
      text.split('\n').flatMap((line, index) => {
        const [, rule, confidence, whose] = MARK.exec(line.trimEnd()) ?? []
        return rule === undefined ? [] : [`${file}:${index + 1} ${rule} ${confidence} ${whose}`]
      })
    )
    .toSorted()
}

/**
 * Of findings: those that a busy machine made inconclusive count as what they would be, where they are planted, and as nothing elsewhere.
 */
function found(findings: readonly Finding[], expected: readonly string[]): string[] {
  return findings
    .flatMap(({ rule, confidence, location, test, file, request }) => {
      // Its query holds a time and a session.
      const whose = [
        test?.name ?? file,
        ...(request === undefined ? [] : [`${request.method} ${request.url.replace(/\?EIO=.*/, '')}`])
      ].join(' | ')
      const at = `${location?.file}:${location?.line} ${rule}`
      if (confidence !== 'inconclusive') return [`${at} ${confidence} ${whose}`]
      return expected.filter((each) => each.startsWith(`${at} `) && each.endsWith(` ${whose}`))
    })
    .toSorted()
}

const failures = ({ results }: RunResult): string[] =>
  results!.testResults.flatMap(({ name, message, assertionResults }) => [
    ...(message === '' ? [] : [`${name}: ${message}`]),
    ...assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages.join('\n')}`)
  ])

// Each takes most of a minute: both majors, and both pools.
describe.each<[Major, Pool]>([
  [5, 'forks'],
  [4, 'threads']
])('vitest %i', (vitest, pool) => {
  test(`each request is its own, in ${pool}`, { timeout: 240_000 }, async () => {
    const plugin: Options = { backend: 'inspector', blockingThreshold: 200 }
    const run = await runVitest({ vitest, pool, files: FILES, plugin, timeoutMs: 220_000 })
    expect(failures(run)).toEqual([])
    expect(found(run.report!.findings, planted())).toEqual(planted())
    expect(run.exitCode).toBe(0)
  })
})

describe('profileRequests()', () => {
  const APP = `
import { afterAll, expect, test } from 'vitest'
import { profileRequests } from 'vitest-async-profiler/test'
`
  test('without the plugin', async () => {
    const file = `${APP}test('wraps', () => expect(() => profileRequests(() => {})).toThrow(expect.objectContaining({ code: 'ERR_NOT_RUNNING' })))\n`
    const run = await runVitest({ files: { 'test/a.test.ts': file }, config: 'export default {}\n' })
    expect(failures(run)).toEqual([])
    expect(run.exitCode).toBe(0)
  })

  test('is undone at the end of the file, but for what the user replaced', async () => {
    // Modules are made anew for each file, whatever is isolated; the process is one.
    const shared = `
function create() {
  const original = async (_: unknown): Promise<Response> => new Response('done')
  return { original, app: { fetch: original, request: original }, wrapped: [] as unknown[] }
}
type Holder = { shared?: ReturnType<typeof create> }
export const { original, app, wrapped } = ((process as unknown as Holder).shared ??= create())
`
    const first = `${APP}import { app, original, wrapped } from '../src/shared.ts'
test('wraps', async () => {
  const fn = profileRequests(original)
  profileRequests(app)
  wrapped.push(fn)
  expect(app.fetch).not.toBe(original)
  expect(await app.fetch('/x')).toHaveNoBlockingCalls()
  app.request = async () => new Response('mine')
})
`
    const second = `${APP}import { app, original, wrapped } from '../src/shared.ts'
test('finds all as it was', async () => {
  expect(wrapped).toHaveLength(1)
  expect(app.fetch).toBe(original)
  expect(await (await app.request('/x')).text()).toBe('mine')
  const res = await (wrapped[0] as typeof original)('/x')
  expect(() => expect(res).toHaveNoBlockingCalls()).toThrow('never profiled')
  expect(await (profileRequests(original))('/x')).toHaveNoBlockingCalls()
})
`
    // Vitest runs the bigger file first.
    const files = { 'src/shared.ts': shared, 'test/a.test.ts': `${first}// ${'.'.repeat(second.length)}\n`, 'test/b.test.ts': second }
    const run = await runVitest({ files, isolate: false, args: ['--maxWorkers=1'] })
    expect(failures(run)).toEqual([])
    expect(run.report!.findings).toEqual([])
    expect(run.exitCode).toBe(0)
  })
})
