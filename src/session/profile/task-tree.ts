import type { RawFrame } from '../../model/code.ts'
import { periodOf } from '../../node/resources/timers.ts'
import type { TaskRecord } from '../../probes/async/tasks.ts'
import type { Scope } from '../scope/scope.ts'
import type { Source } from '../source/sources.ts'

type Record = TaskRecord<Scope>

/** `Promise.all` and its like wait for work; they are none. */
const COMBINATOR = /^(?:Promise\s*\.\s*)?(?:all|allSettled|any|race|resolve|reject)\s*\(/
/** V8 reports the promise of an async call at the function's parameters, one made by hand at its `new`. */
const PARAMETERS = /^(?:\(|async\b|[\w$]+\s*=>)/

/**
 * Finds which task started which. A continuation's work has its parent from the hooks; but an async function runs
 * inside its caller until it first waits, and only the stacks tell that what it starts until then is its own.
 */
export function createTaskTree(get: (url: string) => Source | undefined): {
  isWork(record: Record): boolean
  /** By id: which task started which. @param all in the order in which they were made, those that are no work included */
  parentsOf(all: readonly Record[]): Map<number, number | undefined>
} {
  /** What waits for work is none, and what is over starts nothing more. */
  const isPassed = (record: Record | undefined, ms: number): boolean => record !== undefined && (isOver(record, ms) || !isWork(record))
  const textAt = ({ url, line, column }: RawFrame): string => get(url)?.lines[line - 1]?.slice(column - 1) ?? ''

  function runsInside(inner: Record, outer: Record): boolean {
    const [top, caller] = outer.frames
    if (top === undefined || outer.type !== 'PROMISE') return false
    // Made by hand: what its executor starts is its own.
    if (samePlace(inner.frames[1], top)) return samePlace(inner.frames[2], caller)
    if (!PARAMETERS.test(textAt(top))) return false
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
  const isWork = ({ type, frames: [top] }: Record): boolean => type !== 'PROMISE' || top === undefined || !COMBINATOR.test(textAt(top))
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
