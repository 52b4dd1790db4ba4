import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { reportSchema, SCHEMA_FILE } from '../../report-schema.ts'
import type * as model from '../../src/model/public.ts'
import { formatJson } from '../../src/report/json.ts'
import { blocking, leak, overBudget, sampleReport, withoutLocation } from './sample-report.ts'

const schema = JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')) as object
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema)

test('the schema is what the types say: else run npm run schema', () => {
  expect(readFileSync(SCHEMA_FILE, 'utf8')).toBe(reportSchema())
})

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
