import { randomFillSync } from 'node:crypto'
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { type Amounts, BIG_FILE, measureAmounts } from './measure.ts'

declare module 'vitest' {
  interface ProvidedContext {
    amounts: Amounts
  }
}

/** Global setup: how much work stalls this machine long enough, and the big file that some tests read. */
export default function setup(project: TestProject): () => void {
  const file = join(project.config.root, BIG_FILE)
  // A sparse file: it takes no room on the disk.
  const grow = (bytes: number): string => {
    truncateSync(file, bytes)
    return file
  }
  writeFileSync(file, randomFillSync(Buffer.alloc(1024)))
  const amounts = measureAmounts(grow)
  // Read once: the tests shall find all of it in the page cache.
  readFileSync(grow(amounts.fileBytes))
  project.provide('amounts', amounts)
  return () => rmSync(file, { force: true })
}
