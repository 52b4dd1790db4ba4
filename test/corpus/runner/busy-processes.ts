import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'

const PER_CORE = 4

/** Processes that do nothing but take CPU time, until they are stopped. */
export async function startBusyProcesses(): Promise<() => Promise<void>> {
  const processes: ChildProcess[] = []
  for (let i = 0; i < PER_CORE * availableParallelism(); i++)
    processes.push(spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }))
  await Promise.all(processes.map((each) => once(each, 'spawn')))
  return async () => {
    const closed = processes.map((each) => once(each, 'close'))
    for (const each of processes) each.kill('SIGKILL')
    await Promise.all(closed)
  }
}
