import type { Finding } from '../../../src/model/finding.ts'
import type { Expectation } from './expectations.ts'

export interface Match {
  expectation: Expectation
  finding: Finding
}

export interface Matches {
  matches: Match[]
  missed: Expectation[]
  /** Nobody planted them. */
  falseAlarms: Finding[]
}

type Fits = (expectation: Expectation, finding: Finding) => boolean

/** Pairs each finding with what was planted, the best fit first; one that fits less well is found, but wrong in part. */
export function match(expectations: readonly Expectation[], findings: readonly Finding[]): Matches {
  const missed = new Set(expectations)
  const alone = new Set(findings)
  const matches: Match[] = []
  const pair = (fits: Fits): void => {
    for (const expectation of missed) {
      const finding = [...alone].find(
        (each) => expectation.rules.includes(each.rule) && each.file === expectation.file && fits(expectation, each)
      )
      if (finding === undefined) continue
      missed.delete(expectation)
      alone.delete(finding)
      matches.push({ expectation, finding })
    }
  }
  pair((expectation, finding) => isOf(expectation, finding) && isAt(expectation, finding))
  pair(isOf)
  pair((expectation, finding) => expectation.lines.length > 0 && isAt(expectation, finding))
  pair(isOfTest)
  return { matches, missed: [...missed], falseAlarms: [...alone] }
}

/** Whether test and request are right. */
export const isOf: Fits = (expectation, finding) =>
  isOfTest(expectation, finding) && (expectation.request === 'any' || requestOf(finding) === expectation.request)

/** Whether the place to blame is right. */
export const isAt: Fits = ({ lines }, finding) => (finding.location === undefined ? lines.length === 0 : lines.includes(placeOf(finding)))

const isOfTest: Fits = ({ test }, finding) => finding.test?.name === test

export const placeOf = ({ location }: Pick<Finding, 'location'>): string => (location ? `${location.file}:${location.line}` : 'no place')

export const requestOf = ({ request }: Pick<Finding, 'request'>): string | undefined => request && `${request.method} ${request.url}`
