import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import type * as model from '../../src/model/public.ts'
import { formatJson } from '../../src/report/json.ts'
import { blocking, leak, overBudget, sampleReport, withoutLocation } from './sample-report.ts'

interface ObjectSchema {
  enum?: string[]
  properties: Record<string, unknown>
  required: string[]
  additionalProperties: boolean
}
interface Schema extends ObjectSchema {
  $defs: Record<string, ObjectSchema>
}
const schema = JSON.parse(readFileSync(new URL('../../report.schema.json', import.meta.url), 'utf8')) as Schema
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema)

describe('reports that are right', () => {
  const { test: _, request: __, ...fileLevel } = blocking({ kind: 'module-load' })
  const waits = [{ on: 'fetch', kind: 'fetch', detail: 'pending', waits: [{ on: 'a socket', kind: 'TCPWRAP' }] }]
  const victims = [{ delayMs: 3, test: { name: 'a', file: 'b' }, request: { method: 'GET', url: '/' } }]
  const reports: Record<string, model.Report> = {
    'all well': sampleReport(),
    'nothing ran': sampleReport({ tests: [], durationMs: 0, overheadMs: 0 }),
    findings: sampleReport({ findings: [blocking({ victims }), leak(), withoutLocation(leak({ waits })), fileLevel] }),
    budgets: sampleReport({ budgets: [overBudget(), overBudget({ scope: {}, verdict: 'inconclusive' })] }),
    notices: sampleReport({ backend: { used: 'async-hooks', fallback: 'no inspector' }, notices: ['one'] })
  }
  test.each(Object.entries(reports))('%s', (_name, report) => {
    validate(JSON.parse(formatJson(report)))
    expect(validate.errors).toBeNull()
  })
})

describe('reports that are wrong', () => {
  const { fingerprint: _, ...withoutFingerprint } = blocking()
  const wrong: Record<string, unknown> = {
    'another version': { ...sampleReport(), schemaVersion: 2 },
    'an unknown key': { ...sampleReport(), extra: true },
    'an unknown rule': sampleReport({ findings: [blocking({ rule: 'slow' as model.RuleName })] }),
    'a finding without a fingerprint': sampleReport({ findings: [withoutFingerprint as model.Finding] }),
    'evidence that is no number': sampleReport({ findings: [blocking({ evidence: { cpuMs: '1' as never } })] }),
    'line 0': sampleReport({ findings: [blocking({ location: { file: 'a.ts', line: 0, column: 1 } })] }),
    'a date without a time': sampleReport({ startedAt: '2026-03-01' }),
    'an unknown key deep down': sampleReport({ budgets: [overBudget({ scope: { line: 1 } as never })] })
  }
  test.each(Object.entries(wrong))('%s', (_name, report) => {
    expect(validate(report)).toBe(false)
  })
})

/** Every key of a type, and whether it has to be there: the compiler keeps this in step with the model. */
type Keys<T> = { [K in keyof T]-?: undefined extends T[K] ? 'optional' : 'required' }

describe('the schema has the keys of the model', () => {
  const optional = 'optional'
  const required = 'required'
  const location: Keys<model.Location> = { file: required, line: required, column: required, functionName: optional }
  const testRef: Keys<model.TestRef> = { file: required, name: required }
  const requestRef: Keys<model.RequestRef> = { method: required, url: required }
  const victim: Keys<model.Victim> = { test: optional, request: optional, delayMs: required }
  const wait: Keys<model.Wait> = { on: required, kind: required, detail: optional, location: optional, waits: optional }
  const budget: Keys<model.BudgetVerdict> = {
    budget: required,
    scope: required,
    allowed: required,
    measured: required,
    verdict: required,
    contributors: required
  }
  const testReport: Keys<model.TestReport> = { file: required, name: required, state: required, profile: optional }
  const profileSummary: Keys<model.ProfileSummary> = {
    totalTasks: required,
    completedTasks: required,
    cancelledTasks: required,
    errorTasks: required,
    runningTasks: required,
    blockingCalls: required,
    totalBlockingMs: required,
    maxLagMs: required,
    hasWarnings: required
  }
  const finding: Keys<model.Finding> = {
    rule: required,
    severity: required,
    confidence: required,
    status: required,
    message: required,
    hint: required,
    kind: optional,
    durationMs: optional,
    location: optional,
    callee: optional,
    stack: required,
    file: required,
    test: optional,
    request: optional,
    evidence: required,
    waits: optional,
    victims: required,
    occurrences: required,
    fingerprint: required
  }
  const report: Keys<model.Report> = {
    schemaVersion: required,
    startedAt: required,
    durationMs: required,
    versions: required,
    backend: required,
    overheadMs: required,
    notices: required,
    failures: optional,
    counted: optional,
    findings: required,
    budgets: required,
    tests: required
  }
  const { $defs } = schema
  const objects = { location, testRef, requestRef, victim, wait, budget, test: testReport, profileSummary, finding }
  test.each(Object.entries({ ...objects, report }))('%s', (name, keys) => {
    const described = name === 'report' ? schema : $defs[name]
    expect(Object.keys(described?.properties ?? {}).toSorted()).toEqual(Object.keys(keys).toSorted())
    const needed = Object.entries(keys).flatMap(([key, need]) => (need === required ? [key] : []))
    expect(described?.required.toSorted()).toEqual(needed.toSorted())
    expect(described?.additionalProperties).toBe(false)
  })
})

test('the schema has the rules and kinds of the model', () => {
  const rules: Record<model.RuleName, true> = {
    'blocking-call': true,
    'loop-starvation': true,
    'sync-call': true,
    'lag-budget': true,
    'leaked-resource': true,
    'floating-promise': true,
    'never-settles': true,
    'unhandled-rejection': true,
    'stuck-test': true
  }
  const kinds: Record<model.BlockKind, true> = {
    cpu: true,
    'sync-io': true,
    'sync-crypto': true,
    'sync-process': true,
    'sync-zlib': true,
    wait: true,
    regexp: true,
    json: true,
    gc: true,
    'module-load': true,
    unknown: true
  }
  expect(schema.$defs['rule']?.enum).toEqual(Object.keys(rules))
  expect(schema.$defs['blockKind']?.enum).toEqual(Object.keys(kinds))
})
