import { describe, expect, test } from 'vitest'
import type { StackFrame } from '../../../src/model/code.ts'
import type { Scope } from '../../../src/session/scope/scope.ts'
import { createPromiseChains, isWork, type Made } from '../../../src/session/waits/promise-chains.ts'
import { sampleScript } from '../source/sample-scripts.ts'

const OWN = '/project/src/orders.ts'
const LIBRARY = '/project/node_modules/queue/index.js'
const RUNNER = '/project/node_modules/vitest/dist/chunks/run.js'

/** The executed text, in which `@` stands before each call that a frame is of. */
const TEXT = [
  'async function save() { @wait(20) }',
  'test(async () => { @save() })',
  'const saving = @save()',
  'function later() { return @save() }',
  'const next = () => @save()',
  'const ready = @new Promise(() => {})',
  'queue.push(@new Promise(() => {}))',
  'void @new Promise(() => {})',
  'save(user).@then(log)',
  "save(user).@then((value) => log(value, 1), (error) => log(',', error))",
  'save(user).@then((value) => log(value, 1),)'
]
const scripts = new Map([
  [OWN, sampleScript(TEXT.map((line) => line.replace('@', '')))],
  [LIBRARY, sampleScript(['return run()', 'run()'])]
])
const chains = createPromiseChains(
  (url) => scripts.get(url),
  () => false
)

const frame = (url: string, line: number, functionName = '', more: Partial<StackFrame> = {}): StackFrame => ({
  url,
  line,
  column: url === OWN ? TEXT[line - 1]!.indexOf('@') + 1 : url === LIBRARY && line === 1 ? 8 : 1,
  functionName,
  awaits: false,
  constructs: false,
  ...more
})
const builtin = (functionName: string): StackFrame => frame('', 1, functionName)

/** Of a test that is over. */
const owner = { promises: { pending: new Set<Made>() } } as unknown as Scope
function made(...frames: StackFrame[]): Made {
  return {
    ref: new WeakRef({}),
    owner,
    createdMs: 0,
    settledMs: undefined,
    frames,
    sites: undefined,
    own: true,
    derived: false,
    first: undefined,
    top: { url: '', name: '', own: true },
    source: undefined,
    dependents: [],
    moreDependents: 0,
    follows: undefined,
    cause: undefined,
    causes: false,
    fake: undefined,
    kept: false
  }
}
function taken(by: Made, of: Made): Made {
  const dependent = { ...by, derived: true, source: of }
  of.dependents.push(dependent)
  return dependent
}
const SAVE = frame(OWN, 1, 'save')

describe('who is given a promise', () => {
  test.each<[string, StackFrame[], number | undefined]>([
    ['an async function: its caller', [SAVE, frame(OWN, 2)], 2],
    ['a caller that keeps it', [SAVE, frame(OWN, 3)], 3],
    ["a caller that returns it: that one's caller", [SAVE, frame(OWN, 4, 'later'), frame(OWN, 2)], 2],
    ['an arrow function without a block', [SAVE, frame(OWN, 5, 'later'), frame(OWN, 2)], 2],
    ['through forEach', [SAVE, builtin('forEach'), frame(OWN, 2)], 2],
    ['a dependency that keeps it', [SAVE, frame(LIBRARY, 2), frame(OWN, 2)], undefined],
    ['a dependency that returns it', [SAVE, frame(LIBRARY, 1), frame(OWN, 2)], 2],
    ['Node, which calls back', [SAVE, frame('node:events', 1), frame(OWN, 2)], undefined],
    ['Node gives what it made', [frame('node:internal/fs/promises', 1, 'writeFile'), frame(OWN, 2)], 2],
    [
      'what Node made for itself',
      [builtin('Promise'), frame('node:internal/webstreams', 1), frame('node:internal/webstreams', 2), frame(OWN, 2)],
      undefined
    ],
    ['made by hand: its maker', [builtin('Promise'), frame(OWN, 6)], 6],
    ['a caller that waits for it', [SAVE, frame(OWN, 2, '', { awaits: true })], undefined]
  ])('%s', (_, frames, line) => {
    expect(chains.receiver(made(...frames))?.line).toBe(line)
  })

  test('the runner: it is a test', () => {
    expect(chains.isRunners(made(SAVE, frame(RUNNER, 1)))).toBe(true)
    expect(chains.receiver(made(SAVE, frame(RUNNER, 1)))).toBeUndefined()
  })
})

test.each([
  [2, false],
  [3, true],
  [6, true],
  [7, true],
  [8, false],
  [9, false]
])('what line %i makes is kept: %s', (line, kept) => {
  expect(chains.isKept(frame(OWN, line))).toBe(kept)
})

describe('dropped', () => {
  test('while nobody takes it', () => {
    const promise = made(SAVE, frame(OWN, 2))
    expect(chains.isDropped(promise)).toBe(true)
    taken(made(frame(OWN, 2)), promise)
    expect(chains.isDropped(promise)).toBe(false)
  })

  test('where somebody might have taken it unseen, not', () => {
    expect(chains.isDropped({ ...made(SAVE, frame(OWN, 2)), moreDependents: 1 })).toBe(false)
  })

  test('an await of what is no promise does not take it', () => {
    const promise = made(SAVE, frame(OWN, 2))
    taken(made(frame(OWN, 1, 'save')), promise)
    expect(chains.isDropped(promise)).toBe(true)
  })

  test('then: the last of the chain; catch: none, its errors are handled', () => {
    const promise = made(SAVE, frame(OWN, 9))
    const then = taken(made(builtin('then'), frame(OWN, 9)), promise)
    expect([promise, then].map(chains.isDropped)).toEqual([false, true])
    const handled = taken(made(builtin('then'), builtin('catch'), frame(OWN, 9)), promise)
    expect(chains.isDropped(handled)).toBe(false)
  })

  test.each([
    [10, false],
    [11, true]
  ])('then with a second argument handles errors, too: line %i is dropped: %s', (line, dropped) => {
    const promise = made(SAVE, frame(OWN, line))
    expect(chains.isDropped(taken(made(builtin('then'), frame(OWN, line)), promise))).toBe(dropped)
  })

  test('finally only tidies up', () => {
    const promise = made(SAVE, frame(OWN, 2))
    const tidied = taken(made(builtin('then'), builtin('finally'), frame(OWN, 2)), promise)
    expect([promise, tidied].map(chains.isDropped)).toEqual([true, false])
  })
})

test('the loser of a race is abandoned, and so is what it follows', () => {
  const loser = made(SAVE, frame(OWN, 2))
  expect(chains.isAbandoned(loser)).toBe(false)
  taken(made(builtin('then'), builtin('race'), frame(OWN, 2)), loser)
  expect(chains.isAbandoned(loser)).toBe(true)
  const inner = made(builtin('Promise'), frame(OWN, 6))
  loser.follows = inner
  inner.dependents.push(loser)
  expect(chains.isAbandoned(inner)).toBe(true)
})

test('what combines or is settled by hand is no work of its own', () => {
  expect(isWork(made(builtin('race'), frame(OWN, 2)))).toBe(false)
  expect(isWork(made(builtin('withResolvers'), frame(OWN, 2)))).toBe(false)
  // Node's own timers are made so.
  expect(isWork(made(builtin('withResolvers'), frame('node:timers/promises', 1), frame(OWN, 2)))).toBe(true)
  expect(isWork(made(builtin('all'), frame(OWN, 2)))).toBe(true)
})
