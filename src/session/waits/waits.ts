import { isOwnFile } from '../../analysis/profile.ts'
import type { StackFrame } from '../../model/code.ts'
import type { Wait } from '../../model/finding.ts'
import { nameResource } from '../../node/resources/resource-names.ts'
import { isOursUrl } from '../../our-files.ts'
import { openAmong, type OpenResource } from '../leftovers/open-resources.ts'
import type { Scope } from '../scope/scope.ts'
import type { Session } from '../session.ts'
import type { Locator } from '../source/locate.ts'
import { isOwnUrl } from '../source/user-code.ts'
import { makersOf } from './given-to.ts'
import { isAwait, type Made, type PromiseChains } from './promise-chains.ts'

/** Deeper than that it is a framework's. */
const MAX_DEPTH = 8

/** What a test still waits for, as a tree: each `await` of the user's with what it waits on. */
export function waitsOf(test: Scope, { promises, resources }: Session, chains: PromiseChains, locator: Locator): Wait[] {
  promises.flush()
  const pending = [...test.promises.pending].filter(({ frames }) => frames.length > 0)
  const awaits = pending.filter((made) => isAwait(made) && !chains.isValue(made) && isOwnUrl(made.frames[0]!.url))
  const left = openAmong(test.resources.records, resources)

  function awaiting(at: Made, path: readonly Made[]): Wait {
    const location = locator.frame(at.frames[0]!)
    // What is no promise of V8's own has no name.
    const source = at.source === undefined || chains.isValue(at.source) ? undefined : at.source
    if (source === undefined) return { on: 'a promise', kind: 'promise', location }
    return { ...waiting(source, path), location }
  }
  function waiting(made: Made, path: readonly Made[]): Wait {
    const on = nameOf(made, locator)
    if (path.includes(made)) return { on, kind: 'cycle', detail: 'which waits for it in turn: a cycle', ...placed(made) }
    const waits = path.length > MAX_DEPTH ? [] : waitsFor(made, [...path, made])
    const [only, ...others] = waits
    // A promise that only a timer or the like will settle.
    if (only?.kind === 'resource' && others.length === 0 && chains.awaitOf(made) === undefined) return only
    return { on, kind: 'promise', ...placed(made), ...(waits.length > 0 && { waits }) }
  }
  /** What a promise itself waits for. */
  function waitsFor(made: Made, path: readonly Made[]): Wait[] {
    const inside = chains.awaitOf(made)
    // What Node's own functions wait for says nothing that their names do not.
    if (inside !== undefined) return inside.frames[0]!.url.startsWith('node:') ? [] : [awaiting(inside, path)]
    if (makersOf(made.frames)[0] === 'next') return generatorOf(made).map((at) => awaiting(at, path))
    if (made.follows !== undefined)
      return made.top.url.startsWith('node:') ? waitsFor(made.follows, [...path, made.follows]) : [following(made.follows, made, path)]
    if (makersOf(made.frames)[0] === 'then') return made.source === undefined ? [] : [waiting(made.source, path)]
    const members = pending.filter(({ dependents }) => dependents.some((dependent) => isMember(dependent, made)))
    if (members.length > 0) return members.map((member) => waiting(member, path))
    const faked = fakedTimers(made)
    if (faked.length > 0) return faked
    return left
      .filter(({ frames }) => frames.some((frame) => made.frames.some((other) => isOwnUrl(other.url) && isSame(frame, other))))
      .map(resource)
  }
  /** The await of the async generator that was asked for its next value: it began to run in that call. */
  function generatorOf(made: Made): Made[] {
    const isSameCall = (frames: readonly StackFrame[]): boolean =>
      frames.length > 0 && frames.every((frame, index) => isSame(frame, made.frames[index] ?? frame))
    return awaits.filter((at) => at.owner === made.owner && chains.callOf(at) === undefined && isSameCall((at.first ?? at).frames.slice(1)))
  }
  /** Timers that a test has faked go off when it says so. */
  function fakedTimers({ fake }: Made): Wait[] {
    const count = fake?.countTimers?.() ?? 0
    return count === 0
      ? []
      : [
          {
            on: count === 1 ? 'a faked timer' : `${count} faked timers`,
            kind: 'resource',
            detail: 'which nobody advances: vi.advanceTimersByTimeAsync()'
          }
        ]
  }
  /** What an async function has returned another one's promise waits at the line that passes it on. */
  function following(made: Made, by: Made, path: readonly Made[]): Wait {
    const call = chains.callIn(made, by) ?? made.frames.find(({ url }) => isOwnUrl(url))
    return { ...waiting(made, path), ...(call !== undefined && { location: locator.frame(call) }) }
  }
  const placed = ({ frames }: Made): Pick<Wait, 'location'> | undefined => {
    const own = frames.find(({ url }) => isOwnUrl(url))
    return own && { location: locator.frame(own) }
  }
  function resource({ made: { type, ref }, frames, own }: OpenResource): Wait {
    const { what, detail } = nameResource(type, ref.deref() ?? {})
    const place = frames[own]
    return { on: what, kind: 'resource', ...(detail !== undefined && { detail }), ...(place && { location: locator.frame(place) }) }
  }
  function request(scope: Scope): Wait {
    const waits = outermost(awaits.filter(({ owner }) => owner === scope)).map((at) => awaiting(at, []))
    return {
      on: scope.name,
      kind: 'request',
      detail: waits.length > 0 ? 'whose handler waits' : 'which has no response yet',
      ...(waits.length > 0 && { waits })
    }
  }
  /** Those that no other function of the user's waits for. */
  function outermost(of: readonly Made[]): Made[] {
    const inner = new Set(
      pending.filter(({ dependents }) => dependents.some((dependent) => awaits.includes(dependent))).map(chains.awaitOf)
    )
    const outer = of.filter((made) => !inner.has(made))
    return outer.length > 0 ? outer : of.slice(0, 1)
  }
  const requests = test.requests.filter(({ endMs }) => endMs === undefined).map(request)
  // The test's function, or a hook's: the runner waits for it.
  const root = pending.findLast((made) => !made.derived && (made.dependents.some(isOurs) || chains.isRunners(made)))
  const waits =
    root === undefined
      ? outermost(awaits.filter(({ owner }) => owner === test)).map((at) => awaiting(at, []))
      : rootWaits(waiting(root, []))
  if (waits.length === 0) return requests.length > 0 ? requests : left.map(resource)
  return graft(waits, requests)
}

/** Ours is the promise that the runner waits for: it follows the test's. */
const isOurs = ({ follows, frames, top }: Made): boolean => follows !== undefined && top.name === 'then' && isOursUrl(frames[1]?.url ?? '')

/** The test itself is known: what it waits for is asked. One that has no function of its own is all there is to say. */
const rootWaits = (root: Wait): Wait[] => (root.kind === 'promise' ? (root.waits ?? [root]) : [root])

/** A client's promise is no promise that is known: it waits for the requests that are not answered. */
function graft(waits: readonly Wait[], requests: Wait[]): Wait[] {
  const unknown = waits.findIndex(({ kind, waits: inner }) => kind === 'promise' && inner === undefined)
  if (requests.length === 0 || unknown === -1) return [...waits, ...requests]
  return waits.with(unknown, { ...waits[unknown]!, waits: requests })
}

/** The place that a test hangs at: the innermost that is the user's. */
export function deepestPlace(waits: readonly Wait[]): Wait['location'] {
  for (const { waits: inner = [], location } of waits) {
    const found = deepestPlace(inner) ?? (location !== undefined && isOwnFile(location.file) ? location : undefined)
    if (found !== undefined) return found
  }
  return undefined
}

const isSame = (a: StackFrame, b: StackFrame): boolean => a.url === b.url && a.line === b.line && a.column === b.column

/** Whether a promise was given to the same `Promise.all`. */
function isMember(dependent: Made, whole: Made): boolean {
  const [combinator] = makersOf(whole.frames)
  if (combinator === undefined || !makersOf(dependent.frames).includes(combinator)) return false
  const caller = (made: Made): StackFrame | undefined => made.frames.find(({ url }) => url !== '')
  const [a, b] = [caller(dependent), caller(whole)]
  return a !== undefined && b !== undefined && isSame(a, b)
}

/** `acquire()`: what the user's code called for it. */
function nameOf({ frames }: Made, locator: Locator): string {
  const own = frames.findIndex(({ url }) => isOwnUrl(url))
  const makers = makersOf(frames)
  if (makers[0] === 'next') return 'the next value of an async iterator'
  const [first] = frames
  if (makers.length === 0 && first !== undefined && own === 0) {
    if (first.functionName !== '') return `${first.functionName}()`
    const { file, line } = locator.frame(first)
    return `the async function at ${file}:${line}`
  }
  const called = frames.slice(0, Math.max(0, own)).findLast(({ functionName, url }) => functionName !== '' && url !== '')
  if (called !== undefined) return `${called.functionName}()`
  return makers.length > 0 && makers[0] !== 'Promise' ? `Promise.${makers[0]}()` : 'a promise'
}
