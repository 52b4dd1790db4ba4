import { AsyncProfilerError } from '../errors.ts'
import type { Finding } from '../model/finding.ts'
import { describeFailure } from './failing.ts'
import { RULES } from './rules/catalog.ts'

/**
 * An error that Vitest draws a code frame for: its stack begins at the place to blame.
 * @param absolute turns a finding's file into a path
 * @param testFile for a finding without a place
 */
export function failureOf(finding: Finding, absolute: (file: string) => string, testFile: string): AsyncProfilerError {
  const { message, frames } = describeFailure(finding)
  const error = new AsyncProfilerError(RULES[finding.rule].code, message)
  const lines = frames.map(({ functionName, file, line, column }) => {
    const at = `${file.startsWith('node:') ? file : absolute(file)}:${line}:${column}`
    return functionName === undefined ? `    at ${at}` : `    at ${functionName} (${at})`
  })
  error.stack = [`${error.name}: ${error.message}`, ...(lines.length > 0 ? lines : [`    at ${testFile}:1:1`])].join('\n')
  return error
}
