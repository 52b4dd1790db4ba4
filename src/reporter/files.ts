import { relative } from 'node:path'
import type { TestModule } from 'vitest/node'

/** A test file as the report shows it. Not `relativeModuleId`: that is relative to the project's root, and a run has many. */
export const fileOf = ({ moduleId }: Pick<TestModule, 'moduleId'>, root: string): string => relative(root, moduleId).replaceAll('\\', '/')
