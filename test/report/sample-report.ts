import type { Finding } from '../../src/model/finding.ts'
import type { BudgetVerdict, Report, TestReport } from '../../src/model/report.ts'
import type { SourceReader } from '../../src/report/terminal/terminal.ts'

/** A report of a run in which all was well. */
export function sampleReport(changes: Partial<Report> = {}): Report {
  return {
    schemaVersion: 1,
    startedAt: '2026-03-01T09:00:00.000Z',
    durationMs: 4012.4,
    versions: { node: '24.21.0', vitest: '5.1.1', plugin: '0.1.0' },
    backend: { used: 'inspector' },
    overheadMs: 72.3,
    notices: [],
    findings: [],
    budgets: [],
    tests: [sampleTest('users > signs up'), sampleTest('users > signs in'), sampleTest('feed > streams prices')],
    ...changes
  }
}

export function sampleTest(name: string, changes: Partial<TestReport> = {}): TestReport {
  const profile = {
    totalTasks: 4,
    completedTasks: 4,
    cancelledTasks: 0,
    errorTasks: 0,
    runningTasks: 0,
    blockingCalls: 0,
    totalBlockingMs: 0,
    maxLagMs: 3.2,
    hasWarnings: false
  }
  return { file: 'test/users.test.ts', name, state: 'passed', profile, ...changes }
}

export function blocking(changes: Partial<Finding> = {}): Finding {
  const location = { file: 'src/users.ts', line: 5, column: 10, functionName: 'hashPassword' }
  return {
    rule: 'blocking-call',
    severity: 'warn',
    confidence: 'certain',
    status: 'new',
    message: 'pbkdf2Sync in hashPassword kept the event loop for 184 ms',
    hint: 'use the async crypto.pbkdf2: it runs on the thread pool',
    kind: 'sync-crypto',
    durationMs: 184.2,
    location,
    stack: [{ file: 'node:internal/crypto/pbkdf2', line: 62, column: 10, functionName: 'pbkdf2Sync' }, location],
    file: 'test/users.test.ts',
    test: { file: 'test/users.test.ts', name: 'users > signs up' },
    request: { method: 'POST', url: '/users' },
    evidence: { cpuMs: 183, stolenMs: 0, thresholdMs: 100 },
    victims: [],
    occurrences: 1,
    fingerprint: 'blocking-call:src/users.ts:hashPassword',
    ...changes
  }
}

export function leak(changes: Partial<Finding> = {}): Finding {
  const { kind: _, durationMs: __, ...common } = blocking()
  return {
    ...common,
    rule: 'leaked-resource',
    message: 'setInterval, every 1000 ms, is still alive after the test',
    hint: "clear it when the request closes: req.on('close', () => clearInterval(timer))",
    location: { file: 'src/feed.ts', line: 2, column: 3 },
    stack: [{ file: 'src/feed.ts', line: 2, column: 3 }],
    test: { file: 'test/feed.test.ts', name: 'feed > streams prices' },
    request: { method: 'GET', url: '/feed' },
    fingerprint: 'leaked-resource:src/feed.ts',
    ...changes
  }
}

export function withoutLocation(finding: Finding): Finding {
  const { location: _, ...rest } = finding
  return { ...rest, stack: [] }
}

export function overBudget(changes: Partial<BudgetVerdict> = {}): BudgetVerdict {
  return {
    budget: 'maxLag',
    scope: { file: 'test/users.test.ts', test: 'users > signs up', request: 'POST /users' },
    allowed: 20,
    measured: 184.2,
    verdict: 'over',
    contributors: [{ file: 'src/users.ts', line: 5, column: 10, functionName: 'hashPassword' }],
    ...changes
  }
}

const SOURCES: Record<string, string> = {
  'src/users.ts': `import { pbkdf2Sync, randomBytes } from 'node:crypto'

export function hashPassword(password: string): Buffer {
  const salt = randomBytes(16)
  return pbkdf2Sync(password, salt, 300_000, 64, 'sha512')
}
`,
  'src/feed.ts': `export function streamPrices(res: Response): void {
  const timer = setInterval(() => res.write(price()), 1000)
}
`
}

export const readSample: SourceReader = (file) => SOURCES[file]
