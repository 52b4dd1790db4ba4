import { beforeAll, describe, expect, test } from 'vitest'
import type { Finding } from '../../src/model/finding.ts'
import { markedLines, readFixture } from './harness/fixtures.ts'
import { type RunResult, runVitest } from './harness/run-vitest.ts'
import { MAJORS } from './harness/sandbox.ts'

/*
 * Stalls near the threshold, and all that a finding says of one: severity, message, frames, and who had to wait, against what the test that
 * waited has measured itself.
 */

const FILES = readFixture('threshold')
const [SPIN = ''] = markedLines(FILES, 'BLAME', 'spin')
const callOf = (key: string): string => markedLines(FILES, 'CALL', key)[0] ?? ''
const BACKENDS = ['auto', 'inspector'] as const

describe.each(MAJORS.flatMap((vitest) => BACKENDS.map((backend) => ({ vitest, backend }))))('vitest $vitest, $backend', (where) => {
  let run: RunResult
  const byTest = (name: string): Finding[] =>
    run.report!.findings.filter((finding) => finding.test?.name === name && finding.confidence !== 'inconclusive')

  beforeAll(async () => {
    // A first run in CI, in which each line is to be seen.
    run = await runVitest({ ...where, files: FILES, plugin: { backend: where.backend }, env: { CI: 'true' } })
    if (run.report === undefined) throw new Error(`the run wrote no report\n${run.stdout}\n${run.stderr}`)
  })

  test('90 ms are under it', () => {
    expect(byTest('near a threshold of 100 ms > 90 ms')).toEqual([])
  })

  test.each([105, 120])('%i ms are over it: line, severity, message and frames', (ms) => {
    const [finding, ...others] = byTest(`near a threshold of 100 ms > ${ms} ms`)
    expect(others).toEqual([])
    const { severity, kind, message, location, stack, durationMs = 0, evidence } = finding!
    expect({ severity, kind, line: `${location?.file}:${location?.line}` }).toEqual({ severity: 'warn', kind: 'cpu', line: SPIN })
    expect(message).toBe(`spin blocked the event loop for ${Math.round(durationMs)} ms`)
    expect(stack.slice(0, 2).map(({ file, line, functionName = '' }) => `${functionName} ${file}:${line}`.trim())).toEqual([
      `spin ${SPIN}`,
      callOf(String(ms))
    ])
    // Of CPU time, which the fixture has counted itself.
    expect(evidence['cpuMs']).toBeGreaterThan(ms - 5)
    expect(evidence['cpuMs']).toBeLessThan(ms + 25)
    expect(evidence['thresholdMs']).toBe(100)
  })

  test('who waited is its victim, with the delay, and nobody else', () => {
    const [finding] = byTest('at once > culprit')
    const lateMs = Number(/"lateMs":([\d.]+)/.exec(run.read('results.json') ?? '')?.[1])
    const late = finding!.victims.map(({ test: victim }) => victim?.name)
    expect(late).toEqual(['at once > victim'])
    expect(Math.abs(finding!.victims[0]!.delayMs - lateMs)).toBeLessThan(40)
    expect(byTest('at once > victim')).toEqual([])
  })

  test('warnings fail nothing', () => {
    expect(run.exitCode).toBe(0)
  })
})
