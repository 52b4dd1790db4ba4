import type { Finding } from '../../../src/model/finding.ts'
import type { Bars } from '../bars.ts'
import type { Expectation } from './expectations.ts'
import { type Judged, type Outcome, wrongDetails } from './judge.ts'
import { placeOf, requestOf } from './match.ts'
import { isBadDuration } from './score.ts'

/** One line for everything that was wrong, so that it can be looked at. */
export function describeFaults({ found, missed, falseAlarms, doubted, broken }: Outcome, bars: Bars): string[] {
  return [
    ...broken.map(({ text }) => `broken corpus ${text}`),
    ...describeMissed(missed, doubted),
    ...falseAlarms.map((finding) => `false alarm ${describeFinding(finding)}`),
    ...found.flatMap((judged) => describeJudged(judged, bars))
  ]
}

export function describeMissed(missed: readonly Expectation[], doubted: readonly Expectation[]): string[] {
  return [
    ...missed.map((expectation) => `miss ${nameOf(expectation)} (${expectation.rules.join('|')}, ${whoseOf(expectation)})`),
    ...doubted.map((expectation) => `inconclusive ${nameOf(expectation)}`)
  ]
}

export function describeFinding(finding: Finding): string {
  const { rule, kind, durationMs, file, test, message } = finding
  const what = [rule, kind, durationMs === undefined ? undefined : `${durationMs.toFixed(1)} ms`].filter(Boolean).join(' ')
  return `${what} at ${placeOf(finding)}, ${file}, ${whoseOf({ test: test?.name, request: requestOf(finding) })}: ${message}`
}

function describeJudged(judged: Judged, bars: Bars): string[] {
  const { expectation, finding, line, whose, kind, duration } = judged
  const name = nameOf(expectation)
  return [
    ...(line
      ? []
      : [`wrong line ${name}: ${placeOf(finding)} instead of ${expectation.lines.join(' or ') || 'no place'} (${finding.confidence})`]),
    ...(whose
      ? []
      : [`wrong test ${name}: ${whoseOf({ test: finding.test?.name, request: requestOf(finding) })} instead of ${whoseOf(expectation)}`]),
    ...(kind ? [] : [`wrong kind ${name}: ${finding.kind} instead of ${expectation.kinds.join(' or ')}`]),
    ...wrongDetails(expectation, finding).map((text) => `wrong detail ${name}: ${text}`),
    ...(isBadDuration(judged, bars) ? [`bad duration ${name}: ${describeDuration(duration!)}`] : [])
  ]
}

function describeDuration({ errorMs, truth }: NonNullable<Judged['duration']>): string {
  return `${errorMs.toFixed(1)} ms too ${errorMs < 0 ? 'short' : 'long'} for ${truth.ms.toFixed(1)} ms (off the CPU for ${truth.offCpuMs.toFixed(1)}, ${truth.collectedMs.toFixed(1)} of collection after it)`
}

const nameOf = ({ number, key, file }: Expectation): string => `${number} ${key} ${file}`

function whoseOf({ test, request }: { test?: string | undefined; request?: string | undefined }): string {
  return [test ?? 'file', ...(request === undefined ? [] : [request])].join(' | ')
}
