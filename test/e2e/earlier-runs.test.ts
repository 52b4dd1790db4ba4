import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { configText, type RunOptions, type RunResult, runVitest } from './harness/run-vitest.ts'
import { MAJORS } from './harness/sandbox.ts'

const WORK = `export function work(ms: number): number {
  const { user: before } = process.cpuUsage()
  let sum = 0
  while (process.cpuUsage().user - before < ms * 1000) {
    for (let i = 0; i < 50_000; i++) sum += Math.sqrt(i)
  }
  return sum
}
`

/** How long the work takes comes from outside: the sources stay what they were. */
const FILES = {
  'src/work.ts': WORK,
  'test/works.test.ts': `import { expect, test } from 'vitest'
import { work } from '../src/work.ts'

test('works', () => {
  expect(work(Number(process.env.WORK_MS))).toBeGreaterThan(0)
})
`,
  'test/leaves.test.ts': `import { test } from 'vitest'

test('leaves an interval', () => {
  setInterval(() => {}, 1000)
})
`
}
const CONFIG = configText(`asyncProfiler({ report: { json: 'report.json' } })`)

/** The test files of which the last run has noted that they kept the loop free, and that they left nothing over. */
function noted({ root }: RunResult): string[] {
  const [path] = readdirSync(join(root, 'node_modules/.vite'), { recursive: true, encoding: 'utf8' }).filter(
    (each) => basename(each) === 'vitest-async-profiler.json'
  )
  if (path === undefined) return []
  const { files } = JSON.parse(readFileSync(join(root, 'node_modules/.vite', path), 'utf8')) as {
    files: Record<string, { noStall: boolean; nothingLeft: boolean }>
  }
  return Object.entries(files).map(
    ([key, { noStall, nothingLeft }]) => `${key.replaceAll('\0', '')}${noStall ? ' free' : ''}${nothingLeft ? ' tidy' : ''}`
  )
}

const told = ({ report }: RunResult): string[] =>
  report!.findings
    .filter(({ confidence }) => confidence !== 'inconclusive')
    .map(({ rule, test: of, location }) => `${rule} of ${of?.name} in ${location?.functionName ?? location?.file}`)
    .toSorted()

describe.each(MAJORS)('vitest %i', (vitest) => {
  test('what earlier runs have found quiet is looked at less, until it is not or its sources change', async () => {
    const run = (ms: number, more: Partial<RunOptions> = {}): Promise<RunResult> =>
      runVitest({ vitest, files: FILES, config: CONFIG, ...more, env: { WORK_MS: String(ms), ...more.env } })
    const LEAK = 'leaked-resource of leaves an interval in test/leaves.test.ts'
    const STALL = 'blocking-call of works in work'

    const first = await run(1)
    expect(told(first)).toEqual([LEAK])
    expect(noted(first)).toEqual(['test/leaves.test.ts free', 'test/works.test.ts free tidy'])
    const { root } = first

    // Found all the same, be it without its line.
    const second = await run(200, { root })
    expect(second.report!.findings.map(({ rule, test: of }) => `${rule} of ${of?.name}`).toSorted()).toEqual([
      'blocking-call of works',
      'leaked-resource of leaves an interval'
    ])
    expect(noted(second)).toEqual(['test/leaves.test.ts free', 'test/works.test.ts tidy'])

    const third = await run(200, { root })
    expect(told(third)).toEqual([STALL, LEAK])

    expect(noted(await run(1, { root }))).toEqual(['test/leaves.test.ts free', 'test/works.test.ts free tidy'])
    expect(told(await run(200, { root, files: { ...FILES, 'src/work.ts': `${WORK}\n// Changed.\n` } }))).toEqual([STALL, LEAK])
  })

  test('NODE_DEBUG tells what is known of earlier runs, and why a line is missing', async () => {
    const { 'test/leaves.test.ts': _, ...files } = FILES
    const run = (ms: number, more: Partial<RunOptions> = {}): Promise<RunResult> =>
      runVitest({ vitest, files, config: CONFIG, ...more, env: { WORK_MS: String(ms), ...more.env } })
    const NODE_DEBUG = 'vitest-async-profiler'
    const text = ({ stdout, stderr }: RunResult): string => `${stdout}${stderr}`

    const first = await run(1, { env: { NODE_DEBUG } })
    expect(text(first)).toMatch(/VITEST-ASYNC-PROFILER \d+: the CPU profile started, in \d+ ms/)
    const { root } = first
    const second = text(await run(200, { root, env: { NODE_DEBUG } }))
    expect(second).toMatch(/the project: of 1 files that \S+ knows, 1 have the same sources/)
    expect(second).toContain('test/works.test.ts: no CPU profile yet: the last run of the same sources found no stall')
    expect(second).toMatch(/works: nothing tells the line of a stall of [2-9]\d\d ms: no CPU profile ran/)
    expect(text(await run(200, { root }))).not.toContain('VITEST-ASYNC-PROFILER')
  })

  test.each([
    { name: 'a rule', options: `rules: { 'leaked-resource': 'error' }`, test: '' },
    { name: 'a budget', options: 'budgets: { leaks: 0 }', test: '' },
    { name: "a test's own rule", options: '', test: `{ meta: { asyncProfiler: { rules: { 'leaked-resource': 'error' } } } },` }
  ])('where $name makes it fail, what is left behind is looked for all the same', async ({ options, test: own }) => {
    const files = {
      'test/leaves.test.ts': `import { test } from 'vitest'

test('leaves the last of many timers', ${own} async () => {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 1))
  if (process.env.LEAVES) setTimeout(() => {}, 60_000)
})
`
    }
    const run = (more: Partial<RunOptions>): Promise<RunResult> =>
      runVitest({ vitest, files, config: configText(`asyncProfiler({ report: { json: 'report.json' }, ${options} })`), ...more })
    const quiet = await run({})
    expect(quiet.exitCode).toBe(0)
    expect(noted(quiet)).toEqual(['test/leaves.test.ts free tidy'])
    const left = await run({ root: quiet.root, env: { LEAVES: '1' } })
    expect(told(left)).toContain('leaked-resource of leaves the last of many timers in test/leaves.test.ts')
    expect(left.exitCode).toBe(1)
  })

  test('in CI nothing is remembered', async () => {
    const ran = await runVitest({ vitest, files: FILES, config: CONFIG, env: { WORK_MS: '1', CI: 'true' } })
    expect(ran.report!.tests).toHaveLength(2)
    expect(noted(ran)).toEqual([])
  })
})
