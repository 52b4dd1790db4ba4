import type { Promises } from '../probes/async/promises.ts'
import type { StackFrame } from '../records/code.ts'
import { isOwnUrl } from './own.ts'
import { isAwait } from './promise-chains.ts'
import type { Scope } from './scope.ts'
import type { Source } from './sources.ts'
import type { AnyStretch } from './stretches.ts'

/** As it is written, and as Vite's module runner has it. */
const IMPORT = /\bimport\s*\(|__vite_ssr_dynamic_import__\s*\(/

/**
 * The line that waits for a module, where a stretch went into loading it: the module's frames, and its loader's, are all that
 * ran. `import()` gives no stack of its caller.
 */
export function withImport(stretch: AnyStretch, promises: Promises<Scope>, get: (url: string) => Source | undefined): AnyStretch {
  const { scope, evidence } = stretch
  if (scope === undefined || evidence?.kind !== 'module-load' || evidence.own !== -1) return stretch
  promises.flush()
  const imports = ({ url, line }: StackFrame): boolean => isOwnUrl(url) && IMPORT.test(get(url)?.lines[line - 1] ?? '')
  const waiting = [...scope.promises.pending].findLast((made) => made.owner === scope && isAwait(made) && imports(made.frames[0]!))
  if (waiting === undefined) return stretch
  return { ...stretch, evidence: { ...evidence, frames: [...evidence.frames, waiting.frames[0]!], own: evidence.frames.length } }
}
