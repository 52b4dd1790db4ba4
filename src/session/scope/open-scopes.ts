import type { Scope } from './scope.ts'

/** The scopes whose code may run, or be waited for. */
export interface OpenScopes {
  /** They get the lag of the whole loop, too. */
  all(): Iterable<Scope>
  count(): number
  /** The tests that are running. */
  tests(): Scope[]
  open(scope: Scope): void
  /** A request ends within a turn that it may have made long: it is open until that ends. */
  close(scope: Scope): void
  /** Closes all requests inside a scope: those that were neither answered nor aborted. */
  closeInside(scope: Scope): void
  endTurn(): void
  clear(): void
}

export function createOpenScopes(): OpenScopes {
  const scopes = new Set<Scope>()
  let closing: Scope[] = []
  return {
    all: () => scopes,
    count: () => scopes.size,
    tests: () => [...scopes].filter(({ kind, endMs }) => kind === 'test' && endMs === undefined),
    open: (scope) => void scopes.add(scope),
    close(scope) {
      if (scope.kind === 'request') closing.push(scope)
      else scopes.delete(scope)
    },
    closeInside(scope) {
      for (const open of scopes) if (open.kind === 'request' && scope.includes(open)) scopes.delete(open)
    },
    endTurn() {
      if (closing.length === 0) return
      for (const scope of closing) {
        scopes.delete(scope)
        scope.closed = !scope.answersLater
      }
      closing = []
    },
    clear() {
      scopes.clear()
      closing = []
    }
  }
}
