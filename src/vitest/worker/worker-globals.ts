import type { ModuleGraph } from '../../model/module-graph.ts'
import type { RunnerTest } from './test-task.ts'

/*
 * What Vitest keeps on the global object of a test file, undocumented, and the same on both majors but where it is said. In vm pools each
 * file has a global object of its own.
 */
interface Globals {
  __vitest_worker__?: WorkerGlobal
  /** What its fake timers need. Since Vitest 5. */
  __vitest_required__?: { syncBuiltinESMExports?(): void }
}

interface WorkerGlobal {
  filepath?: string
  ctx?: { projectName?: string; concurrencyId?: number }
  /** The test that an error is taken for which nobody handled. */
  current?: RunnerTest | undefined
  rpc?: { onTaskUpdate?: SendResults }
  evaluatedModules?: ModuleGraph
}
export type SendResults = (packs: [id: string, result: unknown, meta: unknown][], events: []) => Promise<void>

const workerOf = (global: object): WorkerGlobal => (global as Globals).__vitest_worker__ ?? {}

/** The test file that is about to run, as an absolute path, and its project. Empty where Vitest does not say it. */
export function runningFile(global: object): { path: string; project: string } {
  const { filepath = '', ctx: { projectName = '' } = {} } = workerOf(global)
  return { path: filepath, project: projectName }
}

/** Whether this is the first worker of the run. Vitest 4 counts them from 0, Vitest 5 from 1, and knows another number, too. */
export function isFirstWorker(global: object): boolean {
  const { ctx = {} } = workerOf(global)
  return process.env.VITEST_WORKER_ID === ('concurrencyId' in ctx ? '1' : '0')
}

/** The modules that were evaluated for the test file. Without them, places are those of the code that ran, not of the source. */
export const modulesOf = (global: object): ModuleGraph | undefined => workerOf(global).evaluatedModules

/**
 * Lets Vitest take `task` for the test that an error comes from, for as long as `tell` runs.
 * @returns whether it knows of a test at all; else nothing was done
 */
export function tellAs(global: object, task: RunnerTest, tell: () => void): boolean {
  const worker = (global as Globals).__vitest_worker__
  if (worker === undefined) return false
  const { current } = worker
  worker.current = task
  try {
    tell()
  } finally {
    worker.current = current
  }
  return true
}

/** Whether a listener for errors that nobody handled is Vitest's, which is known by what its text says: nothing marks it. */
export const isVitestsListener = (source: string): boolean =>
  source.includes('catchError(') && (source.includes('Unhandled Rejection') || source.includes('Uncaught Exception'))

/** What sends results to the main process; nothing where this Vitest has another way. */
export function resultSender(global: object): SendResults | undefined {
  const { rpc } = workerOf(global)
  return rpc?.onTaskUpdate && ((packs, events) => rpc.onTaskUpdate!(packs, events))
}

/** In vm pools the builtin modules that test files import are copies, made anew for each file: they take over what is patched by then. */
export function syncBuiltinCopies(global: object): void {
  ;(global as Globals).__vitest_required__?.syncBuiltinESMExports?.()
}

/** What is missing of all this, each told once in the report. */
export function missingGlobals(global: object): string[] {
  const { filepath, evaluatedModules } = workerOf(global)
  return [
    ...(filepath === undefined ? ['findings name no test file: this Vitest does not tell which one runs'] : []),
    ...(evaluatedModules === undefined
      ? ['lines are those of the code that ran, not of its source: this Vitest does not tell its modules']
      : [])
  ]
}
