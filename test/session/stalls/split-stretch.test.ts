import { describe, expect, test } from 'vitest'
import type { Evidence, RawFrame } from '../../../src/model/code.ts'
import type { SyncKind } from '../../../src/probes/patches/sync-apis.ts'
import { Scope } from '../../../src/session/scope/scope.ts'
import type { SyncCall } from '../../../src/session/scope/sync-call-list.ts'
import { type Interval, splitStretch } from '../../../src/session/stalls/split-stretch.ts'
import type { AnyStretch } from '../../../src/session/stalls/stretches.ts'
import { sampleEvidence } from './sample-evidence.ts'

const THRESHOLD = 100
const SCOPE = new Scope({
  kind: 'test',
  name: 'a test',
  thresholds: { blockingThreshold: THRESHOLD, lagThreshold: 10 },
  startMs: 0,
  lag: false
})

const frame = (line: number): RawFrame => ({ functionName: 'work', url: 'file:///app/src/work.ts', line, column: 3 })
const call = (kind: SyncKind, startMs: number, ms: number, line = 1): SyncCall<Scope> => ({
  name: `${kind}Sync`,
  kind,
  detail: undefined,
  scope: SCOPE,
  startMs,
  endMs: startMs + ms,
  frames: [frame(line)],
  own: 0
})
const profile = (given: Partial<Evidence> = {}): Evidence => sampleEvidence({ frames: [frame(99)], own: 0, ...given })

interface Given {
  ms: number
  /** @default all of it */
  cpuMs?: number
  stolenMs?: number
  calls?: SyncCall<Scope>[]
  /** Calls that were counted without a look at their stacks. */
  uncounted?: [SyncKind, number][]
  evidence?: (part: Interval) => Evidence | undefined
}

const START = 1000

/** Pieces of one stretch: its calls' times are given since its start. */
function split({ ms, cpuMs = ms, stolenMs = 0, calls = [], uncounted = [], evidence = () => profile() }: Given): AnyStretch[] {
  const looked = calls.map((each) => ({ ...each, startMs: START + each.startMs, endMs: START + each.endMs }))
  const msByKind = new Map<SyncKind, number>(uncounted)
  for (const { kind, startMs, endMs } of looked) msByKind.set(kind, (msByKind.get(kind) ?? 0) + endMs - startMs)
  const stretch: AnyStretch = {
    scope: SCOPE,
    startMs: START,
    durationMs: ms,
    cpuMs,
    stolenMs,
    suspendedMs: 0,
    collectedMs: 0,
    evidence: undefined,
    victims: []
  }
  return splitStretch(stretch, { msByKind, looked }, THRESHOLD, evidence)
}

const told = (pieces: readonly AnyStretch[]): string[] =>
  pieces
    .toSorted((a, b) => a.startMs - b.startMs)
    .map(
      ({ startMs, durationMs, evidence }) =>
        `${startMs - START}+${durationMs} ${evidence?.source} ${evidence?.kind}${evidence?.source === 'calls' ? ` line ${evidence.frames[0]!.line}` : ''}`
    )
const times = (pieces: readonly AnyStretch[]): object[] =>
  pieces
    .toSorted((a, b) => a.startMs - b.startMs)
    .map(({ cpuMs, stolenMs, suspendedMs }) => ({
      cpuMs: Math.round(cpuMs),
      stolenMs: Math.round(stolenMs),
      suspendedMs: Math.round(suspendedMs)
    }))

describe('without a call', () => {
  test('the stretch is whole, and what the profile says', () => {
    const pieces = split({ ms: 200 })
    expect(told(pieces)).toEqual(['0+200 profile cpu'])
    expect(times(pieces)).toEqual([{ cpuMs: 200, stolenMs: 0, suspendedMs: 0 }])
  })

  test('no evidence', () => {
    expect(told(split({ ms: 200, evidence: () => undefined }))).toEqual(['0+200 undefined undefined'])
  })
})

describe('long calls', () => {
  test('one alone', () => {
    expect(told(split({ ms: 150, calls: [call('sync-crypto', 0.5, 149)] }))).toEqual(['0.5+149 calls sync-crypto line 1'])
  })

  test('one with work before and after it', () => {
    const asked: Interval[] = []
    const pieces = split({
      ms: 400,
      calls: [call('sync-crypto', 130, 150)],
      evidence(part) {
        asked.push({ startMs: part.startMs - START, durationMs: part.durationMs })
        return profile()
      }
    })
    expect(told(pieces)).toEqual(['0+130 profile cpu', '130+150 calls sync-crypto line 1', '280+120 profile cpu'])
    expect(asked).toEqual([
      { startMs: 0, durationMs: 130 },
      { startMs: 280, durationMs: 120 }
    ])
  })

  test('two in a row: each is one to mend', () => {
    expect(told(split({ ms: 320, calls: [call('sync-io', 5, 150, 1), call('sync-zlib', 155, 160, 2)] }))).toEqual([
      '0+5 profile cpu',
      '5+150 calls sync-io line 1',
      '155+160 calls sync-zlib line 2',
      '315+5 profile cpu'
    ])
  })

  test('at the threshold it is not long', () => {
    expect(told(split({ ms: 300, calls: [call('sync-crypto', 50, THRESHOLD)] }))).toEqual(['0+300 profile cpu'])
  })

  test('short calls between two long ones', () => {
    const short = Array.from({ length: 10 }, (_, i) => call('sync-io', 155 + i * 10, 9, 7))
    expect(told(split({ ms: 400, calls: [call('sync-crypto', 0, 150), ...short, call('sync-crypto', 255, 145, 2)] }))).toEqual([
      '0+150 calls sync-crypto line 1',
      '150+105 calls sync-io line 7',
      '255+145 calls sync-crypto line 2'
    ])
  })
})

describe('many short calls', () => {
  const loop = (count: number, ms: number, gap: number, line = 3): SyncCall<Scope>[] =>
    Array.from({ length: count }, (_, i) => call('sync-io', i * (ms + gap), ms, line))

  test('they are of their kind, not cpu', () => {
    expect(told(split({ ms: 200, calls: loop(20, 8, 2) }))).toEqual(['0+200 calls sync-io line 3'])
  })

  test('unless most of the time is between them', () => {
    expect(told(split({ ms: 200, calls: loop(20, 3, 7) }))).toEqual(['0+200 profile cpu'])
  })

  test('those whose stacks were not looked at count, too', () => {
    expect(told(split({ ms: 200, calls: loop(2, 8, 2), uncounted: [['sync-io', 150]] }))).toEqual(['0+200 calls sync-io line 3'])
  })

  test('but without a single stack there is no line of theirs', () => {
    expect(told(split({ ms: 200, uncounted: [['sync-io', 190]] }))).toEqual(['0+200 profile cpu'])
  })

  test('the line that took most of it', () => {
    const calls = [call('sync-io', 0, 60, 1), call('sync-io', 60, 40, 2), call('sync-io', 100, 40, 2), call('sync-io', 140, 40, 2)]
    expect(told(split({ ms: 200, calls }))).toEqual(['0+200 calls sync-io line 2'])
  })

  test('of several kinds: the one that took most', () => {
    const calls = [call('sync-io', 0, 60, 1), call('sync-crypto', 60, 80, 2), call('sync-zlib', 140, 40, 3)]
    expect(told(split({ ms: 200, calls }))).toEqual(['0+200 calls sync-crypto line 2'])
  })

  test('several kinds, each less than the rest', () => {
    const calls = [call('sync-io', 0, 50, 1), call('sync-crypto', 60, 50, 2)]
    expect(told(split({ ms: 200, calls }))).toEqual(['0+200 profile cpu'])
  })
})

describe('time off the CPU', () => {
  test('a long call that waits explains it', () => {
    const pieces = split({ ms: 300, cpuMs: 60, calls: [call('sync-process', 10, 280)] })
    expect(told(pieces)).toEqual(['0+10 profile cpu', '10+280 calls sync-process line 1', '290+10 profile cpu'])
    expect(times(pieces)).toEqual([
      { cpuMs: 10, stolenMs: 0, suspendedMs: 0 },
      { cpuMs: 40, stolenMs: 0, suspendedMs: 0 },
      { cpuMs: 10, stolenMs: 0, suspendedMs: 0 }
    ])
  })

  test('what others left of a stretch tells how much of it may be lost unseen', () => {
    expect(times(split({ ms: 452, cpuMs: 69, stolenMs: 349 }))).toEqual([{ cpuMs: 69, stolenMs: 349, suspendedMs: 34 }])
  })

  test('several share it by their length', () => {
    const pieces = split({ ms: 300, cpuMs: 0, calls: [call('sync-io', 0, 120), call('wait', 120, 180)] })
    expect(times(pieces)).toEqual([
      { cpuMs: 0, stolenMs: 0, suspendedMs: 0 },
      { cpuMs: 0, stolenMs: 0, suspendedMs: 0 }
    ])
  })

  test('many short ones that wait', () => {
    const calls = Array.from({ length: 20 }, (_, i) => call('sync-io', i * 10, 9))
    expect(times(split({ ms: 200, cpuMs: 30, calls }))).toEqual([{ cpuMs: 30, stolenMs: 0, suspendedMs: 0 }])
  })

  test('short ones among computing', () => {
    const calls = Array.from({ length: 20 }, (_, i) => call('sync-io', i * 10, 3))
    const [piece] = split({ ms: 200, cpuMs: 145, calls })
    expect(piece!.evidence!.kind).toBe('cpu')
    expect(piece!.suspendedMs).toBe(0)
  })

  test.each<[string, Partial<Evidence>]>([
    ['native code of a dependency', { native: true, kind: 'sync-io' }],
    ['loading a module', { kind: 'module-load' }],
    ['the collector, whose helpers work', { kind: 'gc', frames: [], own: -1, share: 0, gcMs: 180 }]
  ])('%s may wait', (_name, evidence) => {
    expect(split({ ms: 200, cpuMs: 20, evidence: () => profile(evidence) }).map(({ suspendedMs }) => suspendedMs)).toEqual([0])
  })

  test('the collector, whose helpers were kept from the CPU, is no stall of the program', () => {
    const evidence = () => profile({ kind: 'gc', frames: [], own: -1, share: 0, gcMs: 110 })
    expect(times(split({ ms: 116, cpuMs: 8, stolenMs: 16, evidence }))).toEqual([{ cpuMs: 8, stolenMs: 16, suspendedMs: 55 }])
  })

  test('the collector explains what was seen of it', () => {
    const evidence = () => profile({ kind: 'gc', frames: [], own: -1, share: 0, gcMs: 20 })
    expect(times(split({ ms: 320, cpuMs: 10, evidence }))).toEqual([{ cpuMs: 10, stolenMs: 0, suspendedMs: 290 }])
  })

  test('its long pauses are told apart, as far as the process ran', () => {
    const collected = (pausesMs: number, ms: number): number[] =>
      split({ ms, cpuMs: 200, evidence: () => profile({ pausesMs, gcMs: pausesMs }) }).map(({ collectedMs }) => collectedMs)
    expect(collected(60, 200)).toEqual([60])
    expect(collected(0, 200)).toEqual([0])
    expect(collected(450, 500)).toEqual([450])
  })

  test.each([
    { name: 'too long by itself', workMs: 160, seenMs: 160, kind: 'cpu' },
    { name: 'not too long', workMs: 90, seenMs: 90, kind: 'gc' },
    { name: 'seen too little of', workMs: 160, seenMs: 20, kind: 'gc' }
  ])('what ran beside its pause is blamed where it is $name', ({ workMs, seenMs, kind }) => {
    const beside = { ms: seenMs, evidence: profile() }
    const evidence = () => profile({ kind: 'gc', frames: [], own: -1, share: 0, gcMs: 200, pausesMs: 200, beside })
    expect(told(split({ ms: 200 + workMs, evidence }))).toEqual([`0+${200 + workMs} profile ${kind}`])
  })

  test('of its pauses, too, others took their share: what the code computed beside them is left', () => {
    // Seen: 150 ms of work beside a pause, of which 98 were left.
    const evidence = () => profile({ kind: 'gc', frames: [], own: -1, share: 0, pausesMs: 200, gcMs: 200 })
    const [piece] = split({ ms: 400, cpuMs: 300, stolenMs: 100, evidence })
    expect(piece).toMatchObject({ stolenMs: 100, collectedMs: 150 })
    expect(piece!.durationMs - piece!.stolenMs - piece!.collectedMs).toBe(150)
  })

  // Seen beside four busy processes a core: the first held 150 ms of work beside the pause, the second none.
  test.each([
    { ms: 1376, cpuMs: 167, stolenMs: 663, pausesMs: 616, ownMs: 167 },
    { ms: 923, cpuMs: 8, stolenMs: 36, pausesMs: 912, ownMs: 10 }
  ])(
    'what looks like a stop beside a long pause was in it, where its helpers waited for a CPU: $ownMs of $ms ms are left',
    ({ ms, cpuMs, stolenMs, pausesMs, ownMs }) => {
      const [piece] = split({ ms, cpuMs, stolenMs, evidence: () => profile({ pausesMs, gcMs: pausesMs }) })
      const left = piece!.durationMs - piece!.stolenMs - piece!.suspendedMs - piece!.collectedMs
      expect(left).toBeGreaterThan(ownMs - 5)
      expect(left).toBeLessThan(ownMs + 5)
    }
  )

  test('nothing explains it: the process was stopped', () => {
    expect(times(split({ ms: 500, cpuMs: 120 }))).toEqual([{ cpuMs: 120, stolenMs: 0, suspendedMs: 380 }])
  })

  test('crypto and zlib compute: they do not explain it', () => {
    expect(times(split({ ms: 500, cpuMs: 120, calls: [call('sync-crypto', 0, 500)] }))).toEqual([
      { cpuMs: 120, stolenMs: 0, suspendedMs: 380 }
    ])
  })

  test('nothing is known of what ran', () => {
    expect(times(split({ ms: 500, cpuMs: 120, evidence: () => undefined }))).toEqual([{ cpuMs: 120, stolenMs: 0, suspendedMs: 380 }])
  })

  test('what is stolen is no stop', () => {
    expect(times(split({ ms: 500, cpuMs: 120, stolenMs: 380 }))).toEqual([{ cpuMs: 120, stolenMs: 380, suspendedMs: 0 }])
  })

  test.each([
    ['a few milliseconds', 50, 42],
    ['a tenth', 400, 362]
  ])('not for %s', (_name, ms, cpuMs) => {
    expect(split({ ms, cpuMs }).map(({ suspendedMs }) => suspendedMs)).toEqual([0])
  })

  test('what a wait cannot explain goes to the rest', () => {
    const pieces = split({ ms: 600, cpuMs: 100, calls: [call('sync-io', 0, 150)] })
    expect(told(pieces)).toEqual(['0+150 calls sync-io line 1', '150+450 profile cpu'])
    expect(times(pieces)).toEqual([
      { cpuMs: 0, stolenMs: 0, suspendedMs: 0 },
      { cpuMs: 100, stolenMs: 0, suspendedMs: 350 }
    ])
  })

  test('stolen time is shared by length', () => {
    expect(times(split({ ms: 400, cpuMs: 300, stolenMs: 100, calls: [call('sync-crypto', 0, 300)] }))).toEqual([
      { cpuMs: 225, stolenMs: 75, suspendedMs: 0 },
      { cpuMs: 75, stolenMs: 25, suspendedMs: 0 }
    ])
  })
})

describe("the runner's part", () => {
  test('it is nobody’s', () => {
    const [piece, ...others] = split({ ms: 300, evidence: () => profile({ runnerMs: 180 }) })
    expect(others).toEqual([])
    expect(piece).toMatchObject({ durationMs: 120, cpuMs: 120 })
  })

  test('where all of it is the runner’s, nothing is left', () => {
    expect(split({ ms: 300, evidence: () => profile({ runnerMs: 300, kind: 'unknown', frames: [], own: -1 }) })).toEqual([])
  })

  test('a sample or two at its edges stay', () => {
    expect(split({ ms: 300, evidence: () => profile({ runnerMs: 12 }) })).toMatchObject([{ durationMs: 300, cpuMs: 300 }])
  })

  test('only the part that it ran in is shorter', () => {
    const pieces = split({ ms: 400, calls: [call('sync-crypto', 0, 150)], evidence: () => profile({ runnerMs: 200 }) })
    expect(told(pieces)).toEqual(['0+150 calls sync-crypto line 1', '150+50 profile cpu'])
  })
})
