import { failureOf } from '../../analysis/failure.ts'
import type { Finding } from '../../model/finding.ts'

/** What is used of a Vitest module's task. */
interface FileTask {
  filepath: string
  result?: { state?: string; errors?: object[] | undefined } | undefined
}

/**
 * Fails a file whose tests have all run, as if one of its hooks had: reporters that come later show it, as do JUnit and JSON.
 * Vitest has no call for it; where its module has no task, the exit code and the summary tell it alone.
 */
export function failFile(module: object, finding: Finding, absolute: (file: string) => string): void {
  const { task } = module as { task?: FileTask }
  if (task === undefined) return
  const { name, message, stack } = failureOf(finding, absolute, task.filepath)
  task.result = { ...task.result, state: 'fail', errors: [...(task.result?.errors ?? []), { name, message, stack }] }
}
