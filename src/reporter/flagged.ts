import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Report } from '../model.ts'

/** What is used of Vitest here. */
interface VitestLike {
  vite: { config: { cacheDir: string } }
}

const fileOf = ({ vite }: VitestLike): string => join(vite.config.cacheDir, 'vitest-async-profiler.json')

/** Test files that had a stall without a line in an earlier run: the profiler starts with their first test. */
export function readFlagged(vitest: VitestLike): string[] {
  try {
    const { flagged } = JSON.parse(readFileSync(fileOf(vitest), 'utf8')) as { flagged?: unknown }
    return Array.isArray(flagged) ? flagged.filter((each) => typeof each === 'string') : []
  } catch {
    return []
  }
}

/** A file stays flagged until it runs without any stall. Failing to write only costs the next run a line. */
export function rememberFlagged(vitest: VitestLike, { findings, tests }: Report): void {
  const ran = new Set(tests.map(({ file }) => file))
  const stalled = findings.filter(({ rule }) => rule === 'blocking-call').map(({ file }) => file)
  const before = readFlagged(vitest)
  const flagged = new Set([...before.filter((file) => !ran.has(file)), ...stalled])
  if (flagged.size === before.length && before.every((file) => flagged.has(file))) return
  try {
    mkdirSync(dirname(fileOf(vitest)), { recursive: true })
    writeFileSync(fileOf(vitest), JSON.stringify({ flagged: [...flagged] }))
  } catch {
    // A read-only checkout.
  }
}
