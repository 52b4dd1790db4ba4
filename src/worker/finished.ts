import type { TaskPack } from '../model/stuck-worker.ts'
import type { RunnerSuite } from '../vitest/worker/test-task.ts'

/** The results that Vitest sends with its next message, for which the loop has to turn. */
export function finishedTasks(suite: RunnerSuite | undefined): TaskPack[] {
  return (suite?.tasks ?? []).flatMap((task): TaskPack[] => {
    const own: TaskPack[] = task.result?.state === 'pass' || task.result?.state === 'fail' ? [[task.id, task.result, task.meta]] : []
    return [...own, ...finishedTasks(task)]
  })
}
