import type { RawFrame } from '../records/code.ts'
import type { SyncKind } from '../probes/sync-apis.ts'

/** One sync call of a scope's work, with the stack that it was made from. */
export interface SyncCall<Owner> {
  /** `fs.readFileSync`. */
  name: string
  kind: SyncKind
  /** What it was called with, where that is a path or a command. */
  detail: string | undefined
  scope: Owner
  startMs: number
  endMs: number
  /** Innermost first. */
  frames: RawFrame[]
  /** Index of the innermost own frame; -1 where a dependency called it by itself. */
  own: number
}

export const lengthOf = ({ startMs, endMs }: Pick<SyncCall<unknown>, 'startMs' | 'endMs'>): number => endMs - startMs

/**
 * The bounded list of one test's sync calls, shared by all scopes inside the test. Work of `beforeAll` and `afterAll` is
 * exempt: it is done once.
 */
export class SyncCallList<Owner extends { kind: string }> {
  readonly calls: SyncCall<Owner>[] = []
  /** More than the default where a rule, a budget or an assertion asks for them: each costs a stack. */
  limit = 50
  /** Calls after the limit: whose, and how many of each API. */
  private readonly dropped = new Map<Owner, Map<string, number>>()

  wants({ kind }: Owner): boolean {
    return kind !== 'file' && this.calls.length < this.limit
  }
  add(scope: Owner, name: string, call: SyncCall<Owner> | undefined): void {
    if (scope.kind === 'file') return
    if (this.calls.length < this.limit) {
      if (call !== undefined) this.calls.push(call)
      return
    }
    const counts = this.dropped.get(scope) ?? new Map<string, number>()
    counts.set(name, (counts.get(name) ?? 0) + 1)
    this.dropped.set(scope, counts)
  }
  /** Calls of a scope and those inside it that were only counted, by API. */
  droppedBy(scope: { includes(other: Owner): boolean }): Map<string, number> {
    const sums = new Map<string, number>()
    for (const [owner, counts] of this.dropped) {
      if (scope.includes(owner)) for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count)
    }
    return sums
  }
}
