import { RESULT_KEY } from '../channel.ts'
import type { ScopeResult } from '../records/results.ts'

/** What a worker has sent of a test or a test file. */
export const resultOf = (entity: { meta(): object }): ScopeResult | undefined => (entity.meta() as { [RESULT_KEY]?: ScopeResult })[RESULT_KEY]
