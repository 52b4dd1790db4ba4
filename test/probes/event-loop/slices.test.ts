import { expect, test } from 'vitest'
import { createSlices, type LongSlice } from '../../../src/probes/event-loop/slices.ts'

/** Slices that have ended, as `owner: milliseconds`, of work that computes for so long. */
function record(): { slices: ReturnType<typeof createSlices<string>>; work(ms: number): void; ended: string[] } {
  const ended: string[] = []
  const slices = createSlices<string>(
    () => {},
    ({ owner, durationMs }: LongSlice<string>) => void ended.push(`${owner}: ${durationMs >= 5 ? 'long' : 'short'}`)
  )
  function work(ms: number): void {
    const until = performance.now() + ms
    while (performance.now() < until);
  }
  return { slices, work, ended }
}

test("nobody's slice that does something for somebody is theirs, from its start", () => {
  const { slices, work, ended } = record()
  slices.cut(performance.now(), undefined)
  work(6)
  slices.claim('request')
  slices.cut(performance.now(), undefined)
  work(6)
  slices.cut(performance.now(), undefined)
  expect(ended).toEqual(['request: long', 'undefined: long'])
})

test("somebody's slice stays theirs", () => {
  const { slices, work, ended } = record()
  slices.cut(performance.now(), 'test')
  work(6)
  slices.claim('request')
  slices.cut(performance.now(), undefined)
  expect(ended.at(-1)).toBe('test: long')
})

test("a file's slice may be another's, where the claim says so", () => {
  const { slices, work, ended } = record()
  slices.cut(performance.now(), 'file')
  work(6)
  slices.claim('request', 'file')
  slices.cut(performance.now(), undefined)
  expect(ended.at(-1)).toBe('request: long')
})

test.each<[string, ['claim' | 'involve', string][]]>([
  [
    'two claim',
    [
      ['claim', 'one'],
      ['claim', 'other']
    ]
  ],
  [
    'another request waits for, and then somebody claims,',
    [
      ['involve', 'other'],
      ['claim', 'one']
    ]
  ],
  [
    'somebody claims, and another request waits for,',
    [
      ['claim', 'one'],
      ['involve', 'other']
    ]
  ]
])('what %s stays whose it was', (_what, steps) => {
  const { slices, work, ended } = record()
  slices.cut(performance.now(), undefined)
  work(6)
  for (const [step, who] of steps) slices[step](who)
  slices.cut(performance.now(), undefined)
  expect(ended.at(-1)).toBe('undefined: long')
})

test('who waits for it may claim it', () => {
  const { slices, work, ended } = record()
  slices.cut(performance.now(), undefined)
  work(6)
  slices.involve('request')
  slices.claim('request')
  slices.cut(performance.now(), undefined)
  expect(ended.at(-1)).toBe('request: long')
})

test('what was ours is no part of a slice, nor of the next one', () => {
  const lengths: number[] = []
  const slices = createSlices<string>(
    () => {},
    ({ durationMs }) => void lengths.push(durationMs)
  )
  slices.excludeMs(4)
  slices.excludeMs(3)
  slices.cut(slices.start() + 20, 'test')
  slices.cut(slices.start() + 20, undefined)
  expect(lengths.map(Math.round)).toEqual([13, 20])
})
