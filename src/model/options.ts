import type { RuleName, Severity } from './finding.ts'
import type { BackendName } from './profile.ts'

/* What the user asks for, complete and checked. */

export type RuleSetting = 'off' | Severity

/** Limits of one budget; see `Options.budgets`. */
export interface BudgetLimits {
  maxLag?: number
  p99Lag?: number
  blockingCalls?: number
  totalBlocking?: number
  syncCalls?: number
  leaks?: number
}

/** The options as every room sees them: complete, checked, and cloneable into a worker. */
export interface ResolvedOptions {
  backend: BackendName | 'auto'
  detectBlocking: boolean
  blockingThreshold: number
  monitorEventLoop: boolean
  lagThreshold: number
  captureStacks: boolean
  maxStackDepth: number
  rules: Record<RuleName, RuleSetting>
  allow: Allow[]
  budgets: Budget[]
  report: ReportTargets
  stuckTimeout: number
}

export interface Allow {
  /** A rule's name, or a glob of them. */
  rule?: RuleName | (string & Record<never, never>)
  /** Of the place to blame, or of the test file where there is none; relative to the root, with forward slashes. */
  file?: string
  /** The function to blame or one that it called, with or without its object: `readFileSync`, `fs.readFileSync`, `*Sync`. */
  function?: string
  /** Of any frame in the stack. */
  package?: string
  /** The full name: suites and test joined by ` > `. */
  test?: string
  /** Why it may stay. */
  reason: string
}

export interface Budget extends BudgetLimits {
  files?: string
}

export interface ReportTargets {
  json?: string
}
