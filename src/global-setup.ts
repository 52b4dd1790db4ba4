import type { TestProject } from 'vitest/node'
import { runStarts } from './vitest/main/run-start.ts'

/** Vitest calls it before its first worker starts: only then all projects are known. */
export default function setup({ vitest }: TestProject): void {
  runStarts(vitest)
}
