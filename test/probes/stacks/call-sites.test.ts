import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, test } from 'vitest'
import { withErrorSetting } from '../../../src/node/error-settings.ts'
import { callSites } from '../../../src/probes/stacks/call-sites.ts'
import { takeStack } from '../../../src/probes/stacks/stacks.ts'

const { stackTraceLimit } = Error
const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')
afterEach(() => {
  Error.stackTraceLimit = stackTraceLimit
  if (prepare === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace')
  else Object.defineProperty(Error, 'prepareStackTrace', prepare)
})

function outer(): NodeJS.CallSite[] {
  return inner()
}
function inner(): NodeJS.CallSite[] {
  return callSites(5)
}

test('the caller first, no more frames than asked for', () => {
  const sites = outer()
  expect(sites.slice(0, 2).map((site) => site.getFunctionName())).toEqual(['inner', 'outer'])
  expect(sites.length).toBeLessThanOrEqual(5)
})

test('frames behind an await are not on the stack', async () => {
  async function waits(): Promise<NodeJS.CallSite[]> {
    await Promise.resolve()
    return inner()
  }
  const sites = await waits()
  expect(sites.map((site) => site.getFunctionName())).toEqual(expect.arrayContaining(['inner', 'waits']))
  expect(sites.some((site) => site.isAsync())).toBe(false)
})

test("leaves the user's own settings as they were, absent ones too", () => {
  const own = (): string => 'formatted'
  Error.stackTraceLimit = 3
  Error.prepareStackTrace = own
  outer()
  expect(Error.stackTraceLimit).toBe(3)
  expect(Error.prepareStackTrace).toBe(own)
  Reflect.deleteProperty(Error, 'prepareStackTrace')
  outer()
  expect(Object.hasOwn(Error, 'prepareStackTrace')).toBe(false)
})

describe.each(['stackTraceLimit', 'prepareStackTrace'] as const)('Error.%s', (key) => {
  const before = Object.getOwnPropertyDescriptor(Error, key)
  const called: string[] = []
  const states: [string, PropertyDescriptor | undefined][] = [
    ['deleted', undefined],
    ['0', { value: 0, writable: true, configurable: true, enumerable: true }],
    ['Infinity', { value: Infinity, writable: true, configurable: true, enumerable: true }],
    ['a string', { value: 'ten', writable: true, configurable: true, enumerable: false }],
    ['undefined', { value: undefined, writable: true, configurable: true, enumerable: true }],
    ['not writable', { value: 7, writable: false, configurable: true, enumerable: false }],
    ['an accessor', { get: () => called.push('get'), set: () => called.push('set'), configurable: true, enumerable: true }],
    [
      'an accessor without a setter',
      { get: () => called.push('get'), set: undefined, configurable: true, enumerable: true } as unknown as PropertyDescriptor
    ]
  ]
  afterEach(() => {
    Reflect.deleteProperty(Error, key)
    if (before !== undefined) Object.defineProperty(Error, key, before)
    called.length = 0
  })

  test.each(states)('%s: frames are taken, and it is as it was', (_name, state) => {
    Reflect.deleteProperty(Error, key)
    if (state !== undefined) Object.defineProperty(Error, key, state)
    const sites = outer()
    const taken = takeStack(5, outer)
    const after = Object.getOwnPropertyDescriptor(Error, key)
    expect([sites.length, after, called]).toEqual([5, state, []])
    expect(Object.keys(taken)).toEqual([])
  })

  test('what throws leaves it as it was', () => {
    expect(() =>
      withErrorSetting(key, 3, () => {
        throw new RangeError('no')
      })
    ).toThrow(RangeError)
    expect(Object.getOwnPropertyDescriptor(Error, key)).toEqual(before)
  })

  test.each([
    ['frozen', 'Object.freeze(Error)'],
    ['one that cannot be changed', `Object.defineProperty(Error, '${key}', { value: 10, writable: false, configurable: false })`],
    ['an accessor for good', `Object.defineProperty(Error, '${key}', { get() { throw new Error('called') }, configurable: false })`],
    ['absent, and no more to come', `delete Error.${key}; Object.preventExtensions(Error)`]
  ])('%s gives no frames and throws nothing', (_name, spoil) => {
    // Another realm has an Error of its own to spoil.
    const source = `
      const { defineProperty, deleteProperty, getOwnPropertyDescriptor } = Reflect
      ;${withErrorSetting}
      ${spoil}
      const before = JSON.stringify(Object.getOwnPropertyDescriptor(Error, '${key}'))
      const given = withErrorSetting('${key}', 5, () => 'read')
      String([given, before === JSON.stringify(Object.getOwnPropertyDescriptor(Error, '${key}'))])
    `
    expect(runInNewContext(source)).toBe(',true')
  })
})
