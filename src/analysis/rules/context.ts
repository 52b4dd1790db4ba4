import type { Finding, RuleName } from '../../model/finding.ts'
import type { RuleSetting } from '../../model/options.ts'

export interface RuleContext {
  /** The test file. */
  file: string
  rules: Record<RuleName, RuleSetting>
  blockingThreshold: number
  /** Gives a finding that the option `allow` covers its status. */
  allow?: (finding: Finding) => Finding
}
