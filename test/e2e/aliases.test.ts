import { beforeAll, describe, expect, test } from 'vitest'
import type { Finding } from '../../src/model/finding.ts'
import { markedLines, readFixture } from './harness/fixtures.ts'
import { type RunResult, runVitest } from './harness/run-vitest.ts'
import { MAJORS } from './harness/sandbox.ts'

const FILES = readFixture('aliases')
const TOO_BUSY = 'a busy machine left it inconclusive'

describe.each(MAJORS)('vitest %i', (vitest) => {
  let run: RunResult

  beforeAll(async () => {
    run = await runVitest({ vitest, files: FILES, plugin: { backend: 'inspector', blockingThreshold: 50 }, args: ['--maxWorkers=1'] })
  })

  const stallsIn = (group: string): Finding[] =>
    run.report!.findings.filter(({ rule, test: told }) => rule === 'blocking-call' && told?.name.startsWith(`${group} > `))

  test('a function with another name: the line of its call, and no hint by its inner name', () => {
    const stalls = stallsIn('aliases')
    const wrong = stalls.flatMap(({ test: told, location, kind, hint }) => {
      const name = told!.name.replace('aliases > ', '')
      const [line] = markedLines(FILES, 'BLAME', name)
      const at = location && `${location.file}:${location.line}`
      const right = at === line && kind === 'cpu' && hint.startsWith('split the work')
      return right ? [] : [`${name}: ${kind} at ${at} instead of ${line}: ${hint}`]
    })
    expect(wrong).toEqual([])
    expect(stalls.length, TOO_BUSY).toBe(22)
  })

  test('where nobody can tell the line, the function and its file are told', () => {
    const [stall] = stallsIn('aliases').filter(({ test: told }) => told!.name.endsWith('nobody can tell'))
    expect(stall).toMatchObject({ confidence: expect.stringMatching(/likely|inconclusive/) })
    expect(stall).not.toHaveProperty('location')
    expect(stall!.stack.map(({ file }) => file)).toContain('test/aliases.test.ts')
  })

  test('a regular expression among others, that has run before: the line of its call', () => {
    const told = stallsIn('regexps').map(({ test: of, location, kind }) => [
      of!.name.replace(/^regexps > |, \d+$/g, ''),
      `${location?.file}:${location?.line}`,
      kind
    ])
    const expected = ['of another module', 'in an object', 'of this module'].map((name) => [
      name,
      markedLines(FILES, 'BLAME', name)[0],
      'regexp'
    ])
    expect(told.toSorted(), TOO_BUSY).toEqual(expected.toSorted())
  })

  test('the kind is that of most of the time', () => {
    const wrong = stallsIn('kinds').flatMap(({ test: told, kind }) => (told!.name.endsWith(`: ${kind}`) ? [] : [`${told!.name}: ${kind}`]))
    expect(wrong).toEqual([])
    expect(stallsIn('kinds').length).toBe(5)
  })
})
