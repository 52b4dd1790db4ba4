import { describe, expect, test } from 'vitest'
import type { Finding } from '../../src/model.ts'
import { readFixture } from './harness/fixtures.ts'
import { testStates } from './harness/report.ts'
import { type Pool, type RunResult, runVitest } from './harness/run-vitest.ts'
import { MAJORS } from './harness/sandbox.ts'

const FILES = readFixture('requests')
const MARK = /\/\/ BLAME ([\w-]+) (certain|likely) (.+)$/

/** What the fixture's lines say will be found there: `// BLAME rule confidence test | request`. */
function planted(): string[] {
  return Object.entries(FILES).flatMap(([file, text]) =>
    text.split('\n').flatMap((line, index) => {
      const [, rule, confidence, whose] = MARK.exec(line.trimEnd()) ?? []
      return rule === undefined ? [] : [`${file}:${index + 1} ${rule} ${confidence} ${whose}`]
    })
  ).toSorted()
}

const found = (findings: readonly Finding[]): string[] =>
  findings.map(({ rule, confidence, location, test, file, request }) => {
    const whose = [test?.name ?? file, ...(request === undefined ? [] : [`${request.method} ${request.url.replace(/\d{4,}/, 'N')}`])].join(' | ')
    return `${location?.file}:${location?.line} ${rule} ${confidence} ${whose}`
  }).toSorted()

const failures = ({ results }: RunResult): string[] =>
  results!.testResults.flatMap(({ name, message, assertionResults }) => [
    ...(message === '' ? [] : [`${name}: ${message}`]),
    ...assertionResults.filter(({ status }) => status === 'failed').map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages.join('\n')}`)
  ])

describe.each(MAJORS)('vitest %i', (vitest) => {
  test.each<Pool>(['forks', 'threads'])('each request is its own, in %s', { timeout: 240_000 }, async (pool) => {
    const run = await runVitest({ vitest, pool, files: FILES, plugin: { backend: 'inspector', blockingThreshold: 200 }, timeoutMs: 200_000 })
    expect(failures(run)).toEqual([])
    expect(found(run.report!.findings)).toEqual(planted())
    expect(Object.values(testStates(run)).filter((state) => state !== 'passed')).toEqual([])
    expect(run.exitCode).toBe(0)
  })
})
