import type { RawFrame } from '../records/code.ts'
import type { TaskRecord } from '../probes/tasks.ts'
import type { Scope } from './scope.ts'
import type { Source } from './sources.ts'

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
  parentOf(record: Record, all: readonly Record[]): number | undefined
} {
  const textAt = ({ url, line, column }: RawFrame): string => get(url)?.lines[line - 1]?.slice(column - 1) ?? ''

  function runsInside(inner: Record, outer: Record): boolean {
    const [top, caller] = outer.frames
    if (top === undefined || outer.type !== 'PROMISE') return false
    // Made by hand: what its executor starts is its own.
    if (samePlace(inner.frames[1], top)) return samePlace(inner.frames[2], caller)
    if (!PARAMETERS.test(textAt(top))) return false
    return [0, 1].some((depth) => sameFunction(inner.frames[depth], top) && samePlace(inner.frames[depth + 1], caller))
  }
  return {
    isWork: ({ type, frames: [top] }) => type !== 'PROMISE' || top === undefined || !COMBINATOR.test(textAt(top)),
    parentOf(record, all) {
      for (let i = all.indexOf(record) - 1; i >= 0; i--) {
        const outer = all[i]!
        const waited = Math.min(outer.suspendedMs ?? Infinity, outer.endedMs ?? Infinity)
        if (waited >= record.createdMs && runsInside(record, outer)) return outer.id
      }
      return record.parentId
    }
  }
}

function samePlace(a: RawFrame | undefined, b: RawFrame | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.line === b.line && a.column === b.column && a.url === b.url
}

const sameFunction = (a: RawFrame | undefined, b: RawFrame): boolean => a?.functionName === b.functionName && a.url === b.url
