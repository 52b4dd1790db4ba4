import type { ScopeResult } from '../model/results.ts'
import { RESULT_KEY } from '../protocol/worker-config.ts'

/** What a worker has sent of a test or a test file. */
export const resultOf = (entity: { meta(): object }): ScopeResult | undefined =>
  (entity.meta() as { [RESULT_KEY]?: ScopeResult })[RESULT_KEY]
