import type * as InspectorModule from 'node:inspector'
import { resolve } from 'node:path'
import type { Writable } from 'node:stream'
import { createAllowance } from '../../analysis/allow.ts'
import { findStuckWorker } from '../../analysis/rules/stuck-test.ts'
import type { Finding } from '../../model/finding.ts'
import type { ResolvedOptions } from '../../model/options.ts'
import { HEARTBEAT_KEY } from '../../protocol/worker-config.ts'
import { type EndedFile, runRest, type RunnerLike } from '../../vitest/main/run-rest.ts'
import { type TaskReceiver, tellVitest } from '../../vitest/main/tell-stuck.ts'
import { compileAllow } from '../allow.ts'
import { heartbeatFolder } from './folder.ts'
import { startWatchdog } from './watchdog.ts'

/** What is used of Vitest here. */
interface VitestLike {
  config: { root: string; inspector?: { enabled?: boolean } }
  projects: readonly ProjectLike[]
  logger: { errorStream: Writable }
}

interface ProjectLike {
  config: { execArgv?: readonly string[] }
  /** The parameters of Vitest's own have the types of the keys that are declared. */
  provide(key: never, value: never): void
}

export interface StuckWorkers {
  start(): void
  /** @returns what was found since the start */
  stop(): Finding[]
}

/** Watches the workers of each run. @param tell called while the worker is stuck */
export function watchWorkers(
  vitest: VitestLike,
  { stuckTimeout, rules, allow }: ResolvedOptions,
  tell: (finding: Finding) => void
): StuckWorkers {
  if (stuckTimeout === 0 || rules['stuck-test'] === 'off' || isDebugged(vitest)) return { start() {}, stop: () => [] }
  const internals = vitest as unknown as TaskReceiver & RunnerLike
  const folder = heartbeatFolder()
  const allowance = createAllowance(compileAllow(allow))
  for (const project of vitest.projects) project.provide(HEARTBEAT_KEY as never, folder.path as never)
  let found: Finding[] = []
  let ended: EndedFile[] = []
  let stopWatchdog = (): void => {}
  return {
    start() {
      found = []
      ended = []
      stopWatchdog()
      try {
        folder.make()
      } catch {
        // Without a place for temporary files there is nothing to watch.
        return
      }
      stopWatchdog = startWatchdog({
        folder: folder.path,
        timeoutMs: stuckTimeout,
        stderr: vitest.logger.errorStream,
        async onStuck(worker) {
          const finding = findStuckWorker(worker)
          found.push(finding)
          tell(finding)
          ended.push({ path: resolve(vitest.config.root, worker.beat.file), project: worker.beat.project })
          runRest(internals, ended)
          await tellVitest(internals, worker, finding, finding.severity === 'error' && !allowance.covers(finding))
        }
      })
    },
    stop() {
      stopWatchdog()
      stopWatchdog = () => {}
      folder.remove()
      return found
    }
  }
}

/** Somebody who looks at a breakpoint keeps a loop from turning for as long as they like. */
function isDebugged({ config, projects }: VitestLike): boolean {
  const flags = [process.env.NODE_OPTIONS ?? '', ...process.execArgv, ...projects.flatMap(({ config: { execArgv = [] } }) => execArgv)]
  return (
    config.inspector?.enabled === true || flags.some((flag) => /--inspect(?!-port|-publish)/.test(flag)) || inspectorUrl() !== undefined
  )
}

function inspectorUrl(): string | undefined {
  try {
    return (process.getBuiltinModule('node:inspector') as typeof InspectorModule).url()
  } catch {
    // Not every build of Node has one.
    return undefined
  }
}
