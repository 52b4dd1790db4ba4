import type { RawFrame } from '../../model/code.ts'
import type { SyncKind } from '../../probes/patches/sync-apis.ts'

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

/** Whoever makes sync calls. */
interface Caller<Owner> {
  kind: string
  parent: Owner | undefined
  /** By API, those of its own and of the scopes inside that were only counted. */
  countedCalls: Map<string, number> | undefined
}

/**
 * The bounded list of one test's sync calls, shared by all scopes inside the test. Work of `beforeAll` and `afterAll` is
 * exempt: it is done once.
 */
export class SyncCallList<Owner extends Caller<Owner>> {
  readonly calls: SyncCall<Owner>[] = []
  /** More than the default where a rule, a budget or an assertion asks for them: each costs a stack. */
  limit = 50

  wants({ kind }: Owner): boolean {
    return kind !== 'file' && this.calls.length < this.limit
  }
  add(scope: Owner, name: string, call: SyncCall<Owner> | undefined): void {
    if (scope.kind === 'file') return
    if (this.calls.length < this.limit) {
      if (call !== undefined) this.calls.push(call)
      return
    }
    // Not in a list of owners: that would keep each request of a test alive.
    for (let each: Owner | undefined = scope; each !== undefined; each = each.parent) {
      each.countedCalls ??= new Map()
      each.countedCalls.set(name, (each.countedCalls.get(name) ?? 0) + 1)
    }
  }
}
