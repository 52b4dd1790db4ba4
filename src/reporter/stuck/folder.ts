import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where the workers of a run keep their heartbeats. Its path is known before it is there: only a run makes it. */
export interface HeartbeatFolder {
  path: string
  make(): void
  remove(): void
}

export function heartbeatFolder(): HeartbeatFolder {
  const path = join(tmpdir(), `vitest-async-profiler-${randomUUID()}`)
  function remove(): void {
    try {
      rmSync(path, { recursive: true, force: true })
      process.off('exit', remove)
    } catch {
      // Windows keeps a folder until the last worker has closed its file: the next try is at the process's exit.
    }
  }
  return {
    path,
    make() {
      // Not recursive: a folder that somebody else has made is not ours to trust.
      mkdirSync(path, { mode: 0o700 })
      process.on('exit', remove)
    },
    remove
  }
}
