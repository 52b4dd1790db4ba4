import { expect, test } from 'vitest'
import { formatJson } from '../../src/report/json.ts'
import { blocking, overBudget, sampleReport } from './sample-report.ts'

test('nothing is lost, and the file ends with a newline', () => {
  const report = sampleReport({ findings: [blocking()], budgets: [overBudget()] })
  expect(JSON.parse(formatJson(report))).toEqual(report)
  expect(formatJson(report)).toMatch(/[^\n]\n$/)
})

test('the order of keys does not depend on how the report was put together', () => {
  const report = sampleReport({ findings: [blocking({ evidence: { turns: 1, cpuMs: 2 } })], budgets: [overBudget()] })
  expect(formatJson(reverseKeys(report))).toBe(formatJson(report))
})

test('keys are in reading order', () => {
  const victims = [{ delayMs: 3, test: { name: 'a', file: 'b' } }]
  const finding = blocking({ evidence: { turns: 1, cpuMs: 2 }, victims })
  expect(formatJson(sampleReport({ findings: [finding], tests: [] }))).toMatchInlineSnapshot(`
    "{
      "schemaVersion": 1,
      "startedAt": "2026-03-01T09:00:00.000Z",
      "durationMs": 4012.4,
      "versions": {
        "node": "24.21.0",
        "vitest": "5.1.1",
        "plugin": "0.1.0"
      },
      "backend": {
        "used": "inspector"
      },
      "overheadMs": 72.3,
      "notices": [],
      "findings": [
        {
          "rule": "blocking-call",
          "severity": "warn",
          "confidence": "certain",
          "status": "new",
          "message": "pbkdf2Sync in hashPassword kept the event loop for 184 ms",
          "hint": "use the async crypto.pbkdf2: it runs on the thread pool",
          "kind": "sync-crypto",
          "durationMs": 184.2,
          "location": {
            "file": "src/users.ts",
            "line": 5,
            "column": 10,
            "functionName": "hashPassword"
          },
          "stack": [
            {
              "file": "node:internal/crypto/pbkdf2",
              "line": 62,
              "column": 10,
              "functionName": "pbkdf2Sync"
            },
            {
              "file": "src/users.ts",
              "line": 5,
              "column": 10,
              "functionName": "hashPassword"
            }
          ],
          "file": "test/users.test.ts",
          "test": {
            "file": "test/users.test.ts",
            "name": "users > signs up"
          },
          "request": {
            "method": "POST",
            "url": "/users"
          },
          "evidence": {
            "cpuMs": 2,
            "turns": 1
          },
          "victims": [
            {
              "test": {
                "file": "b",
                "name": "a"
              },
              "delayMs": 3
            }
          ],
          "occurrences": 1,
          "fingerprint": "blocking-call:src/users.ts:hashPassword"
        }
      ],
      "budgets": [],
      "tests": []
    }
    "
  `)
})

function reverseKeys<T>(value: T): T
function reverseKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => reverseKeys(item))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toReversed()
  return Object.fromEntries(entries.map(([key, item]) => [key, reverseKeys(item)]))
}
