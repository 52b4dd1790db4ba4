import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where the workers of a run keep their heartbeats. Its path is known before it is there: only a run makes it. */
export interface HeartbeatFolder {
  path: string
  /** Makes it, and removes what runs that were killed have left. */
  make(): void
  remove(): void
}

export function heartbeatFolder(): HeartbeatFolder {
  const prefix = `vitest-async-profiler-${whereWeRun()}`
  const path = join(tmpdir(), `${prefix}-${process.pid}-${randomUUID()}`)
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
      removeAbandoned(prefix)
      // Not recursive: a folder that somebody else has made is not ours to trust.
      mkdirSync(path, { mode: 0o700 })
      process.on('exit', remove)
    },
    remove
  }
}

/** Whose process ids we know: containers, machines and users may share a folder for temporary files. */
function whereWeRun(): string {
  return createHash('sha256').update(`${hostname()} ${pidNamespace()} ${process.getuid?.()}`).digest('hex').slice(0, 8)
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

/** Of runs whose process is gone: who is killed removes nothing. */
function removeAbandoned(prefix: string): void {
  const pattern = new RegExp(`^${prefix}-(\\d+)-[\\da-f-]{36}$`)
  const ofOurs = (name: string): number => Number(pattern.exec(name)?.[1] ?? process.pid)
  try {
    const abandoned = readdirSync(tmpdir()).filter((name) => !isRunning(ofOurs(name)))
    for (const name of abandoned) rmSync(join(tmpdir(), name), { recursive: true, force: true })
  } catch {
    // What cannot be read or removed stays.
  }
}

/** A process that may not be asked runs, too. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
