import { describe, expect, test } from 'vitest'
import { blame } from '../../../src/analysis/stalls/blame.ts'
import type { CpuNode, CpuWindow } from '../../../src/model/code.ts'

const OWN = '/project/src/orders.ts'
const RUNNER = '/project/node_modules/vitest/dist/run.js'
const OURS = '/project/node_modules/vitest-async-profiler/dist/worker.js'
const owners = { isOwn: (url: string) => url === OWN, isRunner: (url: string) => url === RUNNER, isOurs: (url: string) => url === OURS }

const ROOT = 1
const GC = 2
const PRINT = 3
const BODY = 4
const ASSERT = 5
const node = (id: number, functionName: string, url = '', children: number[] = []): CpuNode => ({
  id,
  callFrame: { functionName, url, lineNumber: 6, columnNumber: 2 },
  children
})
const NODES = [
  node(ROOT, '(root)', '', [GC, PRINT]),
  node(GC, '(garbage collector)'),
  node(PRINT, 'print', RUNNER, [BODY]),
  node(BODY, 'handler', OWN, [ASSERT]),
  node(ASSERT, 'toEqual', RUNNER)
]

/** A window of these parts, one after another. */
function windowOf(parts: [id: number, ms: number][]): CpuWindow {
  const ids = parts.flatMap(([id, ms]) => Array.from({ length: ms / 4 }, () => id))
  return { nodes: NODES, samples: ids, times: ids.map((_, index) => (index + 1) * 4) }
}

function blamed(...parts: [id: number, ms: number][]) {
  const durationMs = parts.reduce((sum, [, ms]) => sum + ms, 0)
  return blame(windowOf(parts), { startMs: 0, durationMs }, owners)
}

test("the user's code, and what it calls of the runner's", () => {
  expect(blamed([PRINT, 4], [BODY, 120], [ASSERT, 60])).toMatchObject({
    kind: 'cpu',
    own: 0,
    runnerMs: 64,
    share: 1,
    frames: [{ functionName: 'handler', url: OWN, line: 7 }, { functionName: 'print' }]
  })
})

test("the profiler's own lines, but not what is called through them", () => {
  const HOOK = 6
  const WRAPPED = 7
  const nodes = [
    node(ROOT, '(root)', '', [BODY]),
    node(BODY, 'handler', OWN, [HOOK]),
    node(HOOK, 'before', OURS, [WRAPPED]),
    node(WRAPPED, 'pbkdf2Sync', 'node:internal/crypto/pbkdf2')
  ]
  const samples = [BODY, BODY, HOOK, HOOK, HOOK, WRAPPED]
  const window: CpuWindow = { nodes, samples, times: samples.map((_, index) => (index + 1) * 4) }
  expect(blame(window, { startMs: 0, durationMs: 24 }, owners)).toMatchObject({
    own: 0,
    oursMs: 12,
    share: 1,
    frames: [{ functionName: 'handler' }]
  })
})

test('what the profiler loads of its own is no work of whose code it was asked in', () => {
  const [REQUIRE, LATER, USERS] = [6, 7, 8]
  const nodes = [
    node(ROOT, '(root)', '', [BODY]),
    node(BODY, 'handler', OWN, [LATER, USERS]),
    node(LATER, 'later', OURS, [REQUIRE]),
    node(REQUIRE, 'require', 'node:internal/modules/cjs/loader'),
    node(USERS, 'require', 'node:internal/modules/cjs/loader')
  ]
  const kindOf = (leaf: number) =>
    blame({ nodes, samples: [BODY, BODY, leaf, leaf, leaf], times: [4, 8, 12, 16, 20] }, { startMs: 0, durationMs: 20 }, owners)
  expect(kindOf(REQUIRE)).toMatchObject({ kind: 'cpu', oursMs: 12 })
  expect(kindOf(USERS)).toMatchObject({ kind: 'module-load', oursMs: 0 })
})

test('what runs after the stretch tells nothing of it', () => {
  const at = (ms: number) => blame({ nodes: NODES, samples: [BODY], times: [ms] }, { startMs: 0, durationMs: 60 }, owners)
  expect(at(64)).toBeUndefined()
  expect(at(58)).toMatchObject({ kind: 'cpu', own: 0 })
})

describe('the collector', () => {
  test("is the user's, of whose code there may be no sample", () => {
    expect(blamed([PRINT, 8], [GC, 600], [PRINT, 4])).toMatchObject({ kind: 'gc', own: -1, runnerMs: 12, gcMs: 600, pausesMs: 600 })
  })

  test('was not at work while the process was stopped in it', () => {
    const window: CpuWindow = { nodes: NODES, samples: [BODY, GC, BODY], times: [4, 324, 328] }
    expect(blame(window, { startMs: 0, durationMs: 328 }, owners)).toMatchObject({ kind: 'gc', gcMs: 20 })
  })

  test("is the runner's, that printed something big", () => {
    expect(blamed([PRINT, 100], [GC, 200])).toMatchObject({ kind: 'unknown', runnerMs: 300 })
  })

  test("is both's, by what they did", () => {
    expect(blamed([BODY, 60], [GC, 200], [ASSERT, 60])).toMatchObject({ kind: 'gc', runnerMs: 160 })
  })

  test('tells what ran beside its pause', () => {
    const { kind, beside } = blamed([BODY, 160], [GC, 200], [BODY, 20])!
    expect(kind).toBe('gc')
    expect(beside).toMatchObject({ ms: 180, evidence: { kind: 'cpu', own: 0, pausesMs: 200 } })
  })

  test('in short pauses, is the time of who allocates', () => {
    const parts = Array.from({ length: 10 }, (): [number, number][] => [
      [BODY, 8],
      [GC, 12]
    ]).flat()
    expect(blamed(...parts)).toMatchObject({ kind: 'cpu', own: 0, runnerMs: 0, pausesMs: 0 })
  })

  test('in a long pause among other work, is told apart from it', () => {
    expect(blamed([BODY, 60], [GC, 40], [BODY, 60])).toMatchObject({ kind: 'cpu', own: 0, gcMs: 40, pausesMs: 40 })
  })

  test('in a gap between samples, is believed only where most of the time is its own', () => {
    const after = (ms: number) =>
      blame({ nodes: NODES, samples: [BODY, GC], times: [ms, ms + 80] }, { startMs: 0, durationMs: ms + 80 }, owners)
    expect(after(100)).toMatchObject({ kind: 'cpu', gcMs: 20, pausesMs: 20 })
    expect(after(60)).toMatchObject({ kind: 'gc', gcMs: 20, pausesMs: 80 })
  })
})

describe('the kind of a function is that of most of its time', () => {
  const RENDER = 11
  const SUM = 12
  const REGEXP = 13
  const HASH = 14
  const at = (
    id: number,
    functionName: string,
    url: string,
    line: number,
    children: number[],
    ticks: [number, number][] = []
  ): CpuNode => ({
    ...node(id, functionName, url, children),
    callFrame: { functionName, url, lineNumber: line, columnNumber: 2 },
    positionTicks: ticks.map(([tickLine, count]) => ({ line: tickLine, ticks: count }))
  })
  const nodes = [
    node(ROOT, '(root)', '', [RENDER]),
    at(RENDER, 'render', OWN, 3, [SUM, REGEXP, HASH], [[5, 10]]),
    at(SUM, 'sum', '/project/node_modules/kit/index.js', 1, []),
    at(REGEXP, 'RegExp: [<&]', '', 0, []),
    at(HASH, 'update', 'node:internal/crypto/hash', 0, [])
  ]
  const kindOf = (...parts: [id: number, ms: number][]) => {
    const window = { ...windowOf(parts), nodes }
    return blame(window, { startMs: 0, durationMs: parts.reduce((sum, [, ms]) => sum + ms, 0) }, owners)?.kind
  }

  test.each<[string, string, [number, number][]]>([
    [
      'a fifth in a regular expression, which is the largest single part',
      'cpu',
      [
        [REGEXP, 24],
        [RENDER, 20],
        [SUM, 20],
        [RENDER, 20],
        [SUM, 20]
      ]
    ],
    [
      'mostly a regular expression',
      'regexp',
      [
        [REGEXP, 80],
        [SUM, 20],
        [RENDER, 12]
      ]
    ],
    [
      'mostly Node, in short calls',
      'sync-crypto',
      [
        [HASH, 40],
        [RENDER, 36],
        [HASH, 40],
        [SUM, 20]
      ]
    ],
    [
      'of three kinds the first',
      'cpu',
      [
        [SUM, 44],
        [HASH, 32],
        [REGEXP, 36]
      ]
    ]
  ])('%s', (_name, kind, parts) => {
    expect(kindOf(...parts)).toBe(kind)
  })

  test('with all its parts, and the lines that ran in them', () => {
    const evidence = blame(
      {
        ...windowOf([
          [RENDER, 40],
          [SUM, 20]
        ]),
        nodes
      },
      { startMs: 0, durationMs: 60 },
      owners
    )
    expect(evidence?.parts).toEqual([
      { kind: 'cpu', ms: 40, frame: { functionName: 'render', url: OWN, line: 4, column: 3 }, lines: [{ line: 5, ticks: 10 }] },
      { kind: 'cpu', ms: 20, frame: { functionName: 'sum', url: '/project/node_modules/kit/index.js', line: 2, column: 3 }, lines: [] }
    ])
  })

  test('two functions of one name are two', () => {
    const [A, B] = [21, 22]
    const twins = [
      node(ROOT, '(root)', '', [RENDER]),
      at(RENDER, 'render', OWN, 3, [A, B, SUM]),
      at(A, 'parse', '/project/node_modules/a/index.js', 1, []),
      at(B, 'parse', '/project/node_modules/b/index.js', 1, []),
      at(SUM, 'sum', '/project/node_modules/kit/index.js', 1, [])
    ]
    const parts: [number, number][] = [
      [A, 40],
      [B, 40],
      [SUM, 60]
    ]
    const evidence = blame({ ...windowOf(parts), nodes: twins }, { startMs: 0, durationMs: 140 }, owners)
    expect(evidence).toMatchObject({ callee: 'sum', frames: [{ functionName: 'sum' }, { functionName: 'render' }] })
  })
})
