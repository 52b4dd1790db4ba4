import { resolve } from 'node:path'

/** What is used of Vitest's list of what to run. */
interface Specification {
  moduleId: string
  project: { name: string }
  testModule?: { state(): string } | undefined
}

interface TestRunLike {
  end(specifications: readonly Specification[], errors: readonly unknown[], ...rest: unknown[]): Promise<void>
}

/** What is used of Vitest here: what runs test files, and what ends a run. */
export interface RunnerLike {
  isCancelling?: boolean
  state: { catchError(error: unknown, type: string): void; getUnhandledErrors(): readonly unknown[] }
  pool?: { runTests(specifications: readonly Specification[], invalidates: string[]): Promise<void> } | undefined
  _testRun?: TestRunLike
}

/** The file that a worker was ended in. */
export interface EndedFile {
  path: string
  project: string
}

/**
 * With `isolate: false` and one worker, Vitest gives that worker all files at once, and forgets those that it had not come
 * to when it went: they run before the run ends.
 */
export function runRest(vitest: RunnerLike, ended: readonly EndedFile[]): void {
  const { _testRun: run, state } = vitest
  if (run === undefined || Object.hasOwn(run, 'end')) return
  const wasEnded = ({ moduleId, project }: Specification): boolean =>
    ended.some((file) => resolve(file.path) === resolve(moduleId) && file.project === project.name)
  const left = (all: readonly Specification[]): Specification[] => all.filter((each) => !wasEnded(each) && !hasRun(each))
  run.end = async (specifications, errors, ...others) => {
    Reflect.deleteProperty(run, 'end')
    let latest = errors
    let rest = left(specifications)
    while (rest.length > 0 && vitest.pool !== undefined && vitest.isCancelling !== true) {
      await vitest.pool.runTests(rest, []).catch((error: unknown) => state.catchError(error, 'Unhandled Error'))
      latest = state.getUnhandledErrors()
      const before = rest.length
      rest = left(specifications)
      if (rest.length === before) break
    }
    await run.end(specifications, latest, ...others)
  }
}

const hasRun = ({ testModule }: Specification): boolean => testModule !== undefined && !['queued', 'pending'].includes(testModule.state())
