import type { ResolvedOptions } from '../model.ts'

/** One sentence for each option that is set but not served by this version: nobody should rely on it unknowingly. */
export function unavailableOptions({ baseline, allow, report, rules }: ResolvedOptions): string[] {
  const set = [
    baseline !== undefined && 'baseline',
    allow.length > 0 && 'allow',
    report.html !== undefined && 'report.html',
    report.trace !== undefined && 'report.trace',
    report.sarif !== undefined && 'report.sarif',
    rules['sync-call'] !== 'off' && "rules['sync-call']"
  ].filter((name) => name !== false)
  return set.map((name) => `${name} is set, but this version does not act on it yet`)
}
