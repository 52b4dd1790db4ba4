import type { Evidence } from '../../../src/model/code.ts'

/** What a profile says of a stretch of CPU time, but for what is given. */
export const sampleEvidence = (given: Partial<Evidence> = {}): Evidence => ({
  source: 'profile',
  kind: 'cpu',
  frames: [],
  own: -1,
  callee: undefined,
  runnerMs: 0,
  oursMs: 0,
  gcMs: 0,
  pausesMs: 0,
  share: 1,
  native: false,
  lines: [],
  ...given
})
