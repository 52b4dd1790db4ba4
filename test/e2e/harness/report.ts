import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { Finding } from '../../../src/model/finding.ts'
import type { RunResult } from './run-vitest.ts'
import { REPOSITORY } from './sandbox.ts'

const schema = JSON.parse(readFileSync(join(REPOSITORY, 'report.schema.json'), 'utf8')) as object
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema)

/** What is wrong with a run's report, by the published schema. */
export function schemaErrors({ report }: Pick<RunResult, 'report'>): unknown[] {
  return validate(report) ? [] : (validate.errors ?? [])
}

/** One line for each finding that is no doubt: whose, and where. */
export function describeFindings(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ confidence }) => confidence !== 'inconclusive')
    .map(({ rule, severity, file, test, request, location }) => {
      const whose = [test?.name ?? file, ...(request ? [`${request.method} ${request.url}`] : [])].join(' | ')
      return `${severity} ${rule} ${location ? `${location.file}:${location.line}` : '?'} | ${whose}`
    })
    .toSorted()
}

/** Every test of a run with its state, as Vitest's own JSON reporter has it. */
export function testStates({ results }: Pick<RunResult, 'results'>): Record<string, string> {
  const all = (results?.testResults ?? []).flatMap(({ assertionResults }) => assertionResults)
  return Object.fromEntries(all.map(({ fullName, status }) => [fullName, status]))
}

/** The message of the only error of a test, without its stack. */
export function failureMessage({ results }: Pick<RunResult, 'results'>, fullName: string): string {
  const all = (results?.testResults ?? []).flatMap(({ assertionResults }) => assertionResults)
  const messages = all.find((test) => test.fullName === fullName)?.failureMessages ?? []
  return messages.map((message) => message.replace(/\n\s+at (?:[^\n]*\n\s+at )*[^\n]*$/, '')).join('\n---\n')
}
