import { getBuiltinModule } from './builtins.ts'
import { withRealBuiltins } from './real-builtins.ts'

// Node's own: in vm pools what is imported of `node:module` is the runner's, which knows no ES modules.
const { createRequire } = getBuiltinModule('node:module')

/**
 * A module of ours that a worker loads when it is first needed.
 * @param base the asking module's own URL: as built, or as written where tests run the sources
 * @param name of both files, without their endings
 */
export function loadLater<Module>(base: string, name: string): () => Module {
  let loaded: Module | undefined
  const file = `${name}${base.endsWith('.ts') ? '.ts' : '.js'}`
  return () => (loaded ??= withRealBuiltins(() => createRequire(base)(file) as Module))
}
