import type { Finding, RuleName } from '../../model/finding.ts'
import type { Leftovers, Rejected } from '../../model/leftovers.ts'
import type { PlacedSyncCall, Starvation } from '../../model/measured.ts'
import type { RuleSetting } from '../../model/options.ts'
import type { BlockingCall } from '../../model/profile.ts'

export interface RuleContext {
  /** The test file. */
  file: string
  rules: Record<RuleName, RuleSetting>
  blockingThreshold: number
  /** Gives a finding that the option `allow` covers its status. */
  allow?: (finding: Finding) => Finding
}

/** What one test or file did, placed in the source. */
export interface Observed {
  stretches: readonly BlockingCall[]
  starved: readonly Starvation[]
  syncCalls: readonly PlacedSyncCall[]
}

/** What was left behind by one test, or by a file's own hooks. */
export interface Left extends Pick<Leftovers, 'resources' | 'promises'> {
  rejected: readonly Rejected[]
}
