import { inspect } from 'node:util'

export type PromiseState = { state: 'pending' | 'fulfilled' } | { state: 'rejected'; reason: string }

/** No public API tells the state of a promise but the inspector's and this text. */
export function stateOfPromise(promise: object): PromiseState {
  const text = inspect(promise, { depth: 0, customInspect: false, showProxy: true, maxArrayLength: 0, maxStringLength: 200 })
  if (/^\S.*\{\s*<pending>/.test(text)) return { state: 'pending' }
  const rejected = /^\S.*?\{\s*<rejected> (.*)/.exec(text)
  return rejected === null ? { state: 'fulfilled' } : { state: 'rejected', reason: rejected[1]! }
}
