import { describe, expect, test } from 'vitest'
import { configWith, FAKE_PROVIDER, PLUGIN, runConfigured, summaries } from './harness/configured.ts'
import { markedLines, readFixture } from './harness/fixtures.ts'
import { describeFindings, schemaErrors } from './harness/report.ts'
import type { Pool, RunResult } from './harness/run-vitest.ts'
import { type Major, MAJORS } from './harness/sandbox.ts'

const { 'src/work.ts': WORK = '' } = readFixture('wiring')
const [BLOCKED = ''] = markedLines({ 'src/work.ts': WORK }, 'BLAME', 'block')

const TEST = `import { test } from 'vitest'
import { block } from '../src/work.ts'

test('blocks', () => {
  block(150)
})

test('leaks', () => {
  setInterval(() => {}, 60_000)
})
`
const LEAKED = 'test/work.test.ts:9'

/** A package with a stall and a leak. */
function packageAt(folder: string, config?: string): Record<string, string> {
  return {
    [`${folder}/package.json`]: JSON.stringify({ name: `@shop/${folder.split('/').at(-1)}`, private: true, type: 'module' }),
    [`${folder}/src/work.ts`]: WORK,
    [`${folder}/test/work.test.ts`]: TEST,
    ...(config !== undefined && { [`${folder}/vitest.config.ts`]: config })
  }
}

const MODULE = `{ "type": "module" }`

const BROWSER = `export default { test: { name: 'web', include: ['none'], browser: { enabled: true, headless: true, instances: [{ browser: 'chromium' }], provider: ${FAKE_PROVIDER} } } }\n`

/** Of every shape; only Vitest 5 knows a project that has projects. */
const monorepo = (vitest: Major): Record<string, string> => ({
  ...packageAt('packages/own-config', `export default { test: { name: 'own' } }\n`),
  ...packageAt('packages/no-config'),
  ...packageAt('packages/dom', `export default { test: { name: 'dom', environment: 'jsdom' } }\n`),
  ...packageAt('packages/with-setup', `export default { test: { name: 'with-setup', setupFiles: './setup.js' } }\n`),
  'packages/with-setup/setup.js': '',
  ...packageAt('inline'),
  'packages/web/vitest.config.ts': BROWSER,
  'packages/web/package.json': MODULE,
  ...(vitest === 5 && {
    'packages/nested/vitest.config.ts': `export default { test: { name: 'nested', projects: ['./parts/*'] } }\n`,
    'packages/nested/package.json': MODULE,
    ...packageAt('packages/nested/parts/first'),
    ...packageAt('packages/nested/parts/second', `export default { test: { name: 'second' } }\n`)
  })
})

const ROOT = `{ projects: ['packages/*', { extends: false, root: './inline', test: { name: 'inline' } }] }`

const foldersOf = (vitest: Major): string[] => [
  'packages/own-config',
  'packages/no-config',
  'packages/dom',
  'packages/with-setup',
  'inline',
  ...(vitest === 5 ? ['packages/nested/parts/first', 'packages/nested/parts/second'] : [])
]

const findingsIn = (folders: readonly string[]): string[] =>
  folders
    .flatMap((folder) => [`warn blocking-call ${folder}/${BLOCKED} | blocks`, `warn leaked-resource ${folder}/${LEAKED} | leaks`])
    .toSorted()

const POOLS: Pool[] = ['forks', 'threads']

describe.each(MAJORS)('vitest %i', (vitest) => {
  test.each(POOLS)('the plugin in the root alone: every package is profiled, in %s', async (pool) => {
    const run = await runConfigured({ vitest, pool, files: monorepo(vitest), config: configWith(ROOT) })
    expect(run.stderr).toBe('')
    expect(run.exitCode).toBe(0)
    expect(run.report!.notices).toEqual(["project 'web (chromium)' is not profiled: it runs in a browser"])
    expect(describeFindings(run.report!.findings)).toEqual(findingsIn(foldersOf(vitest)))
    expect(summaries(run)).toHaveLength(1)
    expect(schemaErrors(run)).toEqual([])
  })

  test('names, roots and what --project chooses are as without the plugin', async () => {
    const list = async (plugins: string, project?: string): Promise<unknown[]> => {
      const { stdout, root } = await runConfigured({
        vitest,
        command: 'list',
        files: monorepo(vitest),
        config: configWith(ROOT, plugins),
        args: ['--json', ...(project === undefined ? [] : [`--project=${project}`])]
      })
      return (JSON.parse(stdout.replaceAll(root, '<root>')) as { file: string; name: string; projectName?: string }[])
        .map((entry) => JSON.stringify(entry))
        .toSorted()
    }
    const all = await list(PLUGIN)
    expect(all).toHaveLength(foldersOf(vitest).length * 2)
    expect(all).toEqual(await list(''))
    const own = await list(PLUGIN, 'own')
    expect(own).toHaveLength(2)
    expect(own).toEqual(await list('', 'own'))
    const one = await runConfigured({ vitest, files: monorepo(vitest), config: configWith(ROOT), args: ['--project=own'] })
    expect(describeFindings(one.report!.findings)).toEqual(findingsIn(['packages/own-config']))
    expect(one.report!.notices).toEqual([])
  })

  test('blobs of two shards that are merged: one summary, and its overhead is a share of what the shards took', async () => {
    const options = {
      vitest,
      files: {
        ...packageAt('packages/first', `export default { test: { name: 'first' } }\n`),
        ...packageAt('packages/second', `export default { test: { name: 'second' } }\n`)
      },
      config: configWith(`{ projects: ['packages/*'] }`)
    }
    let root: string | undefined
    let shardsMs = 0
    for (const shard of [1, 2]) {
      const run = await runConfigured({
        ...options,
        ...(root !== undefined && { root }),
        args: [`--shard=${shard}/2`, '--reporter=blob', `--outputFile.blob=blobs/${shard}.json`]
      })
      expect(run.report!.tests).toHaveLength(2)
      shardsMs += run.report!.durationMs
      root = run.root
    }
    const merged = await runConfigured({ ...options, root: root!, args: ['--merge-reports=blobs'] })
    expect(merged.stderr).toBe('')
    expect(merged.exitCode).toBe(0)
    expect(summaries(merged)).toHaveLength(1)
    expect(describeFindings(merged.report!.findings)).toEqual(findingsIn(['packages/first', 'packages/second']))
    expect(merged.report!.notices).toEqual([])
    // Vitest's own start and end of each shard are in it, too.
    expect(merged.report!.durationMs).toBeGreaterThan(shardsMs * 0.9)
    expect(merged.report!.overheadMs).toBeLessThan(merged.report!.durationMs)
  })

  test("a package's own plugin wins there, and writes where it says", async () => {
    const run = await runConfigured({
      vitest,
      files: {
        ...packageAt(
          'packages/strict',
          configWith(
            `{ name: 'strict' }`,
            `asyncProfiler({ backend: 'inspector', rules: { 'leaked-resource': 'off' }, budgets: { blockingCalls: 0 }, report: { json: 'out/strict.json' } })`
          )
        ),
        ...packageAt('packages/plain', `export default { test: { name: 'plain' } }\n`)
      },
      config: configWith(`{ projects: ['packages/*'] }`)
    })
    const strict = [
      `error lag-budget packages/strict/${BLOCKED} | packages/strict/test/work.test.ts`,
      `warn blocking-call packages/strict/${BLOCKED} | blocks`
    ]
    expect(run.exitCode).toBe(1)
    expect(describeFindings(run.report!.findings)).toEqual([...strict, ...findingsIn(['packages/plain'])].toSorted())
    const own = JSON.parse(run.read('packages/strict/out/strict.json') ?? '{}') as NonNullable<RunResult['report']>
    expect(describeFindings(own.findings)).toEqual(strict)
    expect(own.tests.map(({ file }) => file)).toEqual(['packages/strict/test/work.test.ts', 'packages/strict/test/work.test.ts'])
    expect(schemaErrors({ report: own })).toEqual([])
  })
})
