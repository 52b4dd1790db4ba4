import type { Reporter } from 'vitest/node'

type OnTestRunEnd = NonNullable<Reporter['onTestRunEnd']>

/**
 * Lets something be done at a run's end before all reporters hear of it, while ours prints after them. What it throws would keep
 * the others from being asked: whoever prints asks again, and throws there. Not while Vitest goes through its list: it would ask one of
 * them twice.
 */
export function beforeReporters(vitest: object, work: OnTestRunEnd): void {
  const first: Reporter = {
    onTestRunEnd(...args) {
      try {
        void work(...args)
      } catch {}
    }
  }
  queueMicrotask(() => (vitest as { reporters?: Reporter[] }).reporters?.unshift(first))
}
