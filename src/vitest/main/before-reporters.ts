import type { Reporter } from 'vitest/node'

/**
 * Lets a reporter be asked before all others, while ours prints after them. Not while Vitest goes through its list: it would
 * ask one of them twice.
 */
export function beforeReporters(vitest: object, first: Reporter): void {
  queueMicrotask(() => (vitest as { reporters?: Reporter[] }).reporters?.unshift(first))
}
