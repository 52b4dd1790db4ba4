import { runInNewContext } from 'node:vm'
import { afterEach, expect, test } from 'vitest'
import { callSites } from '../../src/probes/call-sites.ts'
import { takeStack, withSites } from '../../src/probes/stacks.ts'

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

test('an Error whose limit cannot be set gives no frames and throws nothing', () => {
  const source = `
    Object.defineProperty(Error, 'stackTraceLimit', { value: 10, writable: false })
    const { captureStackTrace } = Error
    const keepSites = (_error, sites) => sites
    ;${[takeStack, withSites].join(';')}
    withSites(() => takeStack(5, takeStack).stack ?? []).length
  `
  expect(runInNewContext(source)).toBe(0)
})
