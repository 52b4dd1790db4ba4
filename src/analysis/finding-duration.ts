import type { Finding } from '../model/finding.ts'

/**
 * How long a finding's own work took, in milliseconds: what other processes held the CPU for makes none worse than another. 0 where it has
 * no time.
 */
export const weightMs = ({
  durationMs = 0,
  evidence: { stolenMs = 0, suspendedMs = 0 }
}: Pick<Finding, 'durationMs' | 'evidence'>): number => durationMs - stolenMs - suspendedMs
