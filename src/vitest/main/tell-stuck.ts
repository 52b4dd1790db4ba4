import { resolve } from 'node:path'
import { failureOf } from '../../analysis/failure.ts'
import type { Finding } from '../../model/finding.ts'
import type { StuckWorker, TaskPack } from '../../model/stuck-worker.ts'

interface FileTask {
  id: string
  filepath: string
  projectName?: string | undefined
  result?: { state?: string }
  meta: object
}
type Event = [id: string, event: string, data: undefined]

/** What is used of Vitest here: where its workers' results arrive. */
export interface TaskReceiver {
  config: { root: string }
  state: { idMap: ReadonlyMap<string, { result?: { state?: string }; meta: object }>; getFiles(): readonly FileTask[] }
  _testRun?: { updated(packs: TaskPack[], events: Event[]): Promise<void> }
}

/**
 * Gives Vitest the results that a stuck worker could not send any more, and lets the stuck test fail, or its file where no
 * test ran: so all reporters have them.
 */
export async function tellVitest(
  vitest: TaskReceiver,
  { beat, finished, seen }: StuckWorker,
  finding: Finding,
  fails: boolean
): Promise<void> {
  const { root } = vitest.config
  const { idMap } = vitest.state
  const file = vitest.state
    .getFiles()
    .find(({ filepath, projectName = '' }) => resolve(filepath) === resolve(root, beat.file) && projectName === beat.project)
  if (file === undefined) return
  const testId = 'testId' in seen ? seen.testId : undefined
  const stuck = beat.tests.find(({ id, name }) => (testId === undefined ? name === finding.test?.name : id === testId))
  const packs = finished.filter(([id]) => id !== stuck?.id && idMap.has(id) && !isDone(idMap.get(id)?.result))
  const events = packs.map(([id]): Event => [id, 'test-finished', undefined])
  if (fails) {
    const result = { state: 'fail', startTime: Date.now() - (finding.durationMs ?? 0), duration: finding.durationMs ?? 0 }
    const error = toPlain(failureOf(finding, (path) => resolve(root, path), file.filepath))
    const test = stuck && idMap.get(stuck.id)
    if (stuck && test) {
      packs.push([stuck.id, { ...result, errors: [error] }, test.meta])
      events.push([stuck.id, 'test-finished', undefined])
    }
    packs.push([file.id, test ? result : { ...result, errors: [error] }, file.meta])
    events.push([file.id, beat.loading ? 'suite-failed-early' : 'suite-finished', undefined])
  }
  await vitest._testRun?.updated(packs, events)
}

const isDone = (result: { state?: string } | undefined): boolean => result?.state === 'pass' || result?.state === 'fail'

/** As it would have come from a worker. */
const toPlain = ({ name, message, stack }: Error): object => ({ name, message, stack })
