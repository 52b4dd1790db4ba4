import type { Report } from '../model/report.ts'

/** The report as `report.schema.json` describes it; its keys are always in one order, so that runs can be compared. */
export function formatJson(report: Report): string {
  const keys = new Set<string>()
  collectKeys(report, keys)
  // A list as replacer gives the order of keys at every depth. It holds all there are, so it drops none.
  return `${JSON.stringify(report, Array.from(keys).toSorted(byReading), 2)}\n`
}

function collectKeys(value: unknown, keys: Set<string>): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const item of value) collectKeys(item, keys)
    return
  }
  for (const [key, item] of Object.entries(value)) {
    keys.add(key)
    collectKeys(item, keys)
  }
}

function byReading(a: string, b: string): number {
  const order = rank(a) - rank(b)
  if (order !== 0) return order
  return a < b ? -1 : 1
}

function rank(key: string): number {
  const index = READING_ORDER.indexOf(key)
  return index === -1 ? READING_ORDER.length : index
}

/** The order of the model, one list for all objects; numbers of evidence follow by name. */
const READING_ORDER = `
  schemaVersion startedAt rule severity confidence status message hint
  on kind detail durationMs versions node vitest plugin backend used fallback
  overheadMs notices failures counted leftovers stolen doubtful location stack budget scope files file line column functionName
  name state profile findings budgets tests test request method url delayMs
  evidence waits victims occurrences fingerprint allowed measured verdict contributors
  totalTasks completedTasks cancelledTasks errorTasks runningTasks
  blockingCalls totalBlockingMs maxLagMs hasWarnings
`
  .trim()
  .split(/\s+/)
