import type { TestModule, TestRunEndReason } from 'vitest/node'
import { fileOf } from './files.ts'
import { hasSetup } from './projects.ts'

const MAX_NAMED = 3

/** One sentence where workers died in the middle of files: leftovers are judged at a file's end. */
export function cutOffFiles(modules: readonly TestModule[], reason: TestRunEndReason, root: string): string[] {
  // Who stops a run knows.
  if (reason === 'interrupted') return []
  const files = modules.filter((module) => module.state() === 'pending' && hasSetup(module.project)).map((module) => fileOf(module, root))
  if (files.length === 0) return []
  const more = files.length - MAX_NAMED
  const named = `${files.slice(0, MAX_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  return [
    `${named}: the worker died before the end of the file; what its unfinished tests did, and what the file left behind, was not seen`
  ]
}
