import { settingsOf } from '../analysis/rules/catalog.ts'
import type { ResolvedOptions } from '../model/options.ts'

/** In a file of their own, because a worker whose config has no plugin needs them, and nothing else of options. */
export const DEFAULT_OPTIONS: ResolvedOptions = {
  backend: 'auto',
  detectBlocking: true,
  blockingThreshold: 100,
  monitorEventLoop: true,
  lagThreshold: 10,
  captureStacks: true,
  maxStackDepth: 10,
  rules: settingsOf((rule) => rule.default),
  allow: [],
  budgets: [],
  report: {},
  stuckTimeout: 30_000
}
