import type { Finding } from '../model/finding.ts'
import type { Culprit } from '../model/place.ts'

/** The part of a finding that says whose it is; what is not known has no key in the report. */
export const namesOf = ({ test, request }: Culprit): Pick<Finding, 'test' | 'request'> => ({
  ...(test && { test }),
  ...(request && { request })
})
