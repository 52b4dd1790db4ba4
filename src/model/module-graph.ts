/** The modules that a test runner has evaluated for one test file, as far as they are used. */
export interface ModuleGraph {
  idToModuleMap?: ReadonlyMap<string, EvaluatedModule>
  /** By what transformed code imports them as. */
  urlToIdModuleMap?: ReadonlyMap<string, EvaluatedModule>
  getModuleById(id: string): EvaluatedModule | undefined
}

export interface EvaluatedModule {
  /** Not while its body runs. */
  evaluated?: boolean
  /** Without the query that its id may have. */
  file?: string
  /** The code that runs, and its source map. */
  meta?: { code?: string; sourceMap?: unknown }
  exports?: unknown
}

/** What the profiler needs to know of a test runner. */
export interface RunnerAccess {
  /** Of the test file with this global object. */
  modulesOf(global: object): ModuleGraph | undefined
  /** Lets what test files import of Node have what is patched. */
  syncBuiltinCopies(global: object): void
}
