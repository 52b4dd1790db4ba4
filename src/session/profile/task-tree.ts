import type { RawFrame } from '../../model/code.ts'
import { periodOf } from '../../node/resources/timers.ts'
import type { TaskRecord } from '../../probes/async/tasks.ts'
import type { Scope } from '../scope/scope.ts'
import type { Script } from '../source/sources.ts'
import { callAt } from '../source/syntax/call-value.ts'
import { calleeNames } from '../source/syntax/calls.ts'

type Record = TaskRecord<Scope>

/** Of `Promise`: they wait for work, and are none. */
const COMBINATORS = new Set(['all', 'allSettled', 'any', 'race', 'resolve', 'reject'])

/**
 * Finds which task started which. A continuation's work has its parent from the hooks; but an async function runs
 * inside its caller until it first waits, and only the stacks tell that what it starts until then is its own.
 */
export function createTaskTree(script: (url: string) => Script | undefined): {
  isWork(record: Record): boolean
  /** By id: which task started which. @param all in the order in which they were made, those that are no work included */
  parentsOf(all: readonly Record[]): Map<number, number | undefined>
} {
  /** What waits for work is none, and what is over starts nothing more. */
  const isPassed = (record: Record | undefined, ms: number): boolean => record !== undefined && (isOver(record, ms) || !isWork(record))
  /** V8 reports the promise of an async call at the function's parameters, one made by hand at its `new`. */
  const isFunctionStart = ({ url, line, column }: RawFrame): boolean => script(url)?.syntax.functionAt(line, column) !== undefined
  function isCombinator({ url, line, column }: RawFrame): boolean {
    const syntax = script(url)?.syntax
    const call = syntax && callAt(syntax, line, column)
    const [object, method = ''] = call === undefined ? [] : calleeNames(call.node)
    return object === 'Promise' && COMBINATORS.has(method)
  }

  function runsInside(inner: Record, outer: Record): boolean {
    const [top, caller] = outer.frames
    if (top === undefined || outer.type !== 'PROMISE') return false
    // Made by hand: what its executor starts is its own.
    if (samePlace(inner.frames[1], top)) return samePlace(inner.frames[2], caller)
    if (!isFunctionStart(top)) return false
    return inner.frames.some((frame, depth) => sameFunction(frame, top) && samePlace(inner.frames[depth + 1], caller))
  }
  function startedBy(index: number, all: readonly Record[]): number | undefined {
    const record = all[index]!
    for (let i = index - 1; i >= 0; i--) {
      const outer = all[i]!
      const waited = Math.min(outer.suspendedMs ?? Infinity, outer.endedMs ?? Infinity)
      if (waited >= record.createdMs && runsInside(record, outer)) return outer.id
    }
    return record.parentId
  }
  const isWork = ({ type, frames: [top] }: Record): boolean => type !== 'PROMISE' || top === undefined || !isCombinator(top)
  return {
    isWork,
    parentsOf(all) {
      const byId = new Map(all.map((record) => [record.id, record]))
      const parents = new Map<number, number | undefined>()
      for (const [index, record] of all.entries()) {
        let parent = startedBy(index, all)
        // What goes on after an awaited call goes on for whoever awaited it: one call after another is one piece of work.
        while (parent !== undefined && isPassed(byId.get(parent), record.createdMs)) parent = parents.get(parent)
        parents.set(record.id, parent)
      }
      return parents
    }
  }
}

function isOver(record: Record, ms: number): boolean {
  if (record.endedMs === undefined || record.endedMs >= ms) return false
  if (record.type === 'PROMISE') return record.settled
  const timer = record.ref.deref()
  return record.type === 'Immediate' || (record.type === 'Timeout' && (timer === undefined || periodOf(timer) === undefined))
}

function samePlace(a: RawFrame | undefined, b: RawFrame | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.line === b.line && a.column === b.column && a.url === b.url
}

const sameFunction = (a: RawFrame | undefined, b: RawFrame): boolean => a?.functionName === b.functionName && a.url === b.url
