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

export interface TaskTree {
  /**
   * The records that are work, in the order in which they were made: what waits for it is none, nor are the parts of one call of Node's.
   */
  work: Record[]
  /** By id: which task started which. */
  parents: Map<number, number | undefined>
}

/**
 * Finds which task started which. A continuation's work has its parent from the hooks; but an async function runs
 * inside its caller until it first waits, and only the stacks tell that what it starts until then is its own.
 * @returns what reads the records of one scope, in the order in which they were made
 */
export function createTaskTree(script: (url: string) => Script | undefined): (all: readonly Record[]) => TaskTree {
  /** V8 reports the promise of an async call at the function's parameters, one made by hand at its `new`. */
  const isFunctionStart = ({ url, line, column }: RawFrame): boolean => script(url)?.syntax.functionAt(line, column) !== undefined
  function isCombinator({ type, frames: [top] }: Record): boolean {
    const syntax = type === 'PROMISE' && top !== undefined ? script(top.url)?.syntax : undefined
    const call = syntax && callAt(syntax, top!.line, top!.column)
    const [object, method = ''] = call === undefined ? [] : calleeNames(call.node)
    return object === 'Promise' && COMBINATORS.has(method)
  }
  function runsInside(inner: Record, outer: Record): boolean {
    const [top, caller] = outer.frames
    if (top === undefined || outer.type !== 'PROMISE') return false
    // Made by hand: what its executor starts is its own.
    if (samePlace(inner.frames[1], top)) return samePlace(inner.frames[2], caller)
    if (outer.within.length > 0) return isPart(inner, outer)
    if (!isFunctionStart(top)) return false
    return inner.frames.some((frame, depth) => sameFunction(frame, top) && samePlace(inner.frames[depth + 1], caller))
  }
  /** The call that a record was made in before that first waited, the innermost one. */
  function callAround(index: number, all: readonly Record[]): Record | undefined {
    const record = all[index]!
    for (let i = index - 1; i >= 0; i--) {
      const outer = all[i]!
      const waited = Math.min(outer.suspendedMs ?? Infinity, outer.endedMs ?? Infinity)
      if (waited >= record.createdMs && runsInside(record, outer)) return outer
    }
    return undefined
  }
  return (all) => {
    const calls = all.map((_, index) => callAround(index, all))
    const isWork = (record: Record, index: number): boolean =>
      !isCombinator(record) && !(record.type === 'PROMISE' && calls[index] !== undefined && isPart(record, calls[index]))
    const work = all.filter(isWork)
    const working = new Map(work.map((record) => [record.id, record]))
    const known = new Set(all.map(({ id }) => id))
    /** What is no work, and what is over and starts nothing more. */
    const isPassed = (id: number, ms: number): boolean => {
      const record = working.get(id)
      return record === undefined ? known.has(id) : isOver(record, ms)
    }
    const parents = new Map<number, number | undefined>()
    for (const [index, record] of all.entries()) {
      let parent = calls[index]?.id ?? record.parentId
      // What goes on after an awaited call goes on for whoever awaited it: one call after another is one piece of work.
      while (parent !== undefined && isPassed(parent, record.createdMs)) parent = parents.get(parent)
      parents.set(record.id, parent)
    }
    return { work, parents }
  }
}

/** Whether Node made something in the call that it made a promise for. */
const isPart = (inner: Record, outer: Record): boolean =>
  samePlace(inner.frames[0], outer.frames[0]) && samePlace(inner.frames[1], outer.frames[1]) && isMadeInside(inner.within, outer.within)

/**
 * Whether Node's functions made one thing in the call that they made the other one in. What another call of the same function makes at the
 * same line of the user's has the same stack to the last frame.
 */
function isMadeInside(inner: readonly RawFrame[], outer: readonly RawFrame[]): boolean {
  const from = inner.length - outer.length
  if (outer.length === 0 || from < 0 || !sameFunction(inner[from], outer[0]!) || (from === 0 && samePlace(inner[0], outer[0]))) return false
  return outer.every((frame, index) => index === 0 || samePlace(inner[from + index], frame))
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
