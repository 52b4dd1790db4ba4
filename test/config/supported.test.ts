import { expect, test } from 'vitest'
import { checkNode, checkVitest } from '../../src/config/supported.ts'
import { AsyncProfilerError } from '../../src/errors.ts'

test.each(['22.12.0', '22.22.3', '24.0.0', '24.21.0', '26.0.0', '27.1.0', '26.0.0-nightly20260101'])('Node %s is supported', (version) => {
  expect(() => checkNode(version)).not.toThrow()
})

test.each(['18.20.8', '20.19.0', '21.7.3', '22.0.0', '22.11.0', '23.0.0', '23.11.1', '25.9.0', '', 'unknown'])(
  'Node %s is not',
  (version) => {
    // BUG 120
    expect(errorOf(checkNode, version)).toBe(`vitest-async-profiler needs Node ^22.12, ^24 or >=26; this is Node ${version}`)
  }
)

test.each(['4.1.0', '4.1.12', '4.9.0', '5.0.0', '5.1.1', '5.10.0', '4.2.0-beta.1'])('Vitest %s is supported', (version) => {
  expect(() => checkVitest(version)).not.toThrow()
})

test.each(['0.34.6', '3.2.4', '4.0.18', '6.0.0', '10.0.0', '', 'unknown'])('Vitest %s is not', (version) => {
  expect(errorOf(checkVitest, version)).toBe(`vitest-async-profiler needs Vitest ^4.1 or ^5; this is Vitest ${version}`)
})

test('the Node that runs this is supported', () => {
  expect(() => checkNode(process.versions.node)).not.toThrow()
})

/** The message; the error has a code, and a stack without frames: the mistake is in none of them. */
function errorOf(check: (version: string) => void, version: string): string {
  try {
    check(version)
  } catch (error) {
    expect(error).toBeInstanceOf(AsyncProfilerError)
    const { code, message, stack } = error as AsyncProfilerError
    expect(code).toBe('ERR_UNSUPPORTED')
    expect(stack).toBe(`AsyncProfilerError: ${message}`)
    return message
  }
  throw new Error('accepted')
}
