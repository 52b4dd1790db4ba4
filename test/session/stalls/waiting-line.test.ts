import { expect, test } from 'vitest'
import type { Evidence, StackFrame } from '../../../src/model/code.ts'
import type { Promises } from '../../../src/probes/async/promises/promises.ts'
import { Scope } from '../../../src/session/scope/scope.ts'
import type { AnyStretch } from '../../../src/session/stalls/stretches.ts'
import { withWaitingLine } from '../../../src/session/stalls/waiting-line.ts'
import type { Made } from '../../../src/session/waits/promise-chains.ts'
import { sampleScript } from '../source/sample-scripts.ts'
import { sampleEvidence } from './sample-evidence.ts'

const OWN = '/project/src/boot.ts'
const LINES = [
  "const { boot } = await __vite_ssr_dynamic_import__('heavy')",
  'await boot()',
  "await import('heavy')",
  "await Promise.all([first(), import('heavy')])",
  "await boot('import(heavy)') // import('heavy')"
]
/** V8 places the promise of an `await` there. */
const LAST_CALL = /__vite_ssr_dynamic_import__|all\(|import\((?!heavy)|boot\(/
const script = sampleScript(LINES)
const LOADER: Partial<Evidence> = {
  kind: 'module-load',
  frames: [{ functionName: '', url: '/project/node_modules/heavy/index.js', line: 1, column: 1 }],
  share: 0,
  lines: [[]]
}
const thresholds = { blockingThreshold: 100, lagThreshold: 10 }
const scopeOf = (name: string): Scope => new Scope({ kind: 'test', name, thresholds, startMs: 0, lag: false })

/** An `await` of the scope at this line of the source. */
function awaitAt(scope: Scope, line: number): void {
  const frame: StackFrame = {
    url: OWN,
    line,
    column: LINES[line - 1]!.search(LAST_CALL) + 1,
    functionName: 'start',
    awaits: false,
    constructs: false
  }
  const made = { owner: scope, frames: [frame], derived: true, source: {} } as unknown as Made
  scope.promises.pending.add(made)
}
function place(scope: Scope, evidence: Partial<Evidence> = {}): number | undefined {
  const stretch: AnyStretch = {
    scope,
    startMs: 0,
    durationMs: 150,
    cpuMs: 150,
    stolenMs: 0,
    suspendedMs: 0,
    collectedMs: 0,
    evidence: sampleEvidence({ ...LOADER, ...evidence }),
    victims: []
  }
  const { evidence: found } = withWaitingLine(stretch, { flush() {} } as Promises<Scope>, (url) => (url === OWN ? script : undefined))
  return found?.frames[found.own]?.line
}

test.each([1, 3, 4])('the line that waits for the module: %i', (line) => {
  const scope = scopeOf('imports')
  awaitAt(scope, line)
  awaitAt(scope, 2)
  expect(place(scope)).toBe(line)
})

test.each<[string, Partial<Evidence>, number[]]>([
  ['nobody imports', {}, [2, 5]],
  ["the user's own code took the time", { kind: 'cpu', own: 0 }, [1]],
  ['nothing is known of what took the time', { kind: 'unknown', frames: [] }, [1]]
])('none where %s', (_name, evidence, lines) => {
  const scope = scopeOf('does not')
  for (const line of lines) awaitAt(scope, line)
  expect(place(scope, evidence)).toBe(evidence.own === 0 ? LOADER.frames![0]!.line : undefined)
})

test('a dependency that works in pieces: the last await of the same scope', () => {
  const scope = scopeOf('hashes')
  awaitAt(scope, 3)
  awaitAt(scope, 2)
  expect(place(scope, { kind: 'cpu' })).toBe(2)
})

test("none of another scope's", () => {
  const [scope, other] = [scopeOf('one'), scopeOf('other')]
  awaitAt(other, 1)
  other.promises.pending.forEach((made) => scope.promises.pending.add(made))
  expect(place(scope)).toBeUndefined()
})
