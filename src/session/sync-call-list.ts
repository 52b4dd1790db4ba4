import type { RawFrame } from '../records.ts'
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

/**
 * The bounded list of one test's sync calls, shared by all scopes inside the test. Work of `beforeAll` and `afterAll` is
 * exempt: it is done once.
 */
export class SyncCallList<Owner extends { kind: string }> {
  readonly calls: SyncCall<Owner>[] = []
  /** More than the default where a rule, a budget or an assertion asks for them: each costs a stack. */
  limit = 50
  /** Calls after the limit. */
  dropped = 0

  wants({ kind }: Owner): boolean {
    return kind !== 'file' && this.calls.length < this.limit
  }
  add(scope: Owner, call: SyncCall<Owner> | undefined): void {
    if (scope.kind === 'file') return
    if (this.calls.length >= this.limit) this.dropped++
    else if (call !== undefined) this.calls.push(call)
  }
}
