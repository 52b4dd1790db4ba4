import type { Bars } from '../bars.ts'
import type { Judged, Outcome } from './judge.ts'

/** A part of a whole: `hits / of`. */
export interface Rate {
  hits: number
  of: number
}

export interface Score {
  recall: Rate
  precision: Rate
  line: Rate
  whose: Rate
  kind: Rate
  detail: Rate
  /** Of the durations, without their signs. */
  medianErrorMs: number
  worstErrorMs: number
  /** Of the true duration. */
  worstErrorShare: number
  /** What code that has rested takes on this machine, on either side of what is measured: see `Run.coldMs`. */
  coldMs: number
  inconclusive: number
}

export function scoreOf({ found, missed, falseAlarms, inconclusive }: Outcome): Score {
  const rate = (is: (judged: Judged) => boolean): Rate => ({ hits: found.filter(is).length, of: found.length })
  const durations = found.flatMap(({ duration }) => (duration === undefined ? [] : [duration]))
  const errors = durations.map(({ errorMs }) => Math.abs(errorMs)).toSorted((a, b) => a - b)
  return {
    recall: { hits: found.length, of: found.length + missed.length },
    precision: { hits: found.length, of: found.length + falseAlarms.length },
    line: rate(({ line }) => line),
    whose: rate(({ whose }) => whose),
    kind: rate(({ kind }) => kind),
    detail: rate(({ detail }) => detail),
    medianErrorMs: errors[Math.floor(errors.length / 2)] ?? 0,
    worstErrorMs: errors.at(-1) ?? 0,
    worstErrorShare: Math.max(0, ...durations.map(({ errorMs, truth }) => Math.abs(errorMs) / truth.ms)),
    coldMs: durations[0]?.coldMs ?? 0,
    inconclusive: inconclusive.length
  }
}

/** One is right where there was nothing to get wrong. */
export const shareOf = ({ hits, of }: Rate): number => (of === 0 ? 1 : hits / of)

export function isBadDuration({ duration }: Judged, { worstError }: Bars): boolean {
  if (duration === undefined || worstError === undefined) return false
  return Math.abs(duration.errorMs) > Math.max(worstError.ms, worstError.share * duration.truth.ms) + 2 * duration.coldMs
}

/** The bars that an outcome does not reach. */
export function missedBars(outcome: Outcome, bars: Bars): string[] {
  const score = scoreOf(outcome)
  const bad = outcome.found.filter((judged) => isBadDuration(judged, bars)).length
  // Before the call and after it.
  const cold = ` and twice ${score.coldMs.toFixed(2)} ms for cold code`
  const rates = (['recall', 'precision', 'line', 'whose', 'kind'] as const).filter((name) => shareOf(score[name]) < (bars[name] ?? 0))
  return [
    ...rates.map((name) => `${name} ${(shareOf(score[name]) * 100).toFixed(1)} % < ${bars[name]! * 100} %`),
    ...(score.medianErrorMs > (bars.medianErrorMs ?? Infinity) + 2 * score.coldMs
      ? [`median error ${score.medianErrorMs.toFixed(2)} ms > ${bars.medianErrorMs} ms${cold}`]
      : []),
    ...(bad > 0 ? [`${bad} durations over max(${bars.worstError!.ms} ms, ${bars.worstError!.share * 100} %)${cold}`] : []),
    ...(outcome.broken.length > (bars.broken ?? Infinity) ? [`${outcome.broken.length} broken cases`] : [])
  ]
}
