import type { ResolvedOptions } from '../model/options.ts'

/** One sentence for each option that is set but not served by this version: nobody should rely on it unknowingly. */
export function unavailableOptions({ baseline, report }: ResolvedOptions): string[] {
  const set = [
    baseline !== undefined && 'baseline',
    ...(['html', 'trace', 'sarif'] as const).map((kind) => report[kind] !== undefined && `report.${kind}`)
  ].filter((name) => name !== false)
  return set.map((name) => `${name} is set, but this version does not act on it yet`)
}
