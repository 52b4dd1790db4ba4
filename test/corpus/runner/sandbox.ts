import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { VITESTS } from './combinations.ts'
import { install } from './install.ts'

export const PROJECT = resolve(import.meta.dirname, '../project')

/** A folder for each Vitest major: `node_modules`, and below it the copies of the project that are run. */
export interface Sandbox {
  home: string
  createProject(vitest: 4 | 5): string
  remove(): void
}

/** The package is copied here and now: it may be built anew while the corpus runs. */
export function createSandbox(): Sandbox {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'vap-corpus-')))
  for (const vitest of VITESTS) install(join(home, `vitest-${vitest}`, 'node_modules'), vitest)
  return {
    home,
    createProject(vitest) {
      const root = mkdtempSync(join(home, `vitest-${vitest}`, 'project-'))
      cpSync(PROJECT, root, { recursive: true })
      // Git ignores `node_modules`.
      cpSync(join(PROJECT, 'modules'), join(root, 'node_modules'), { recursive: true })
      rmSync(join(root, 'modules'), { recursive: true })
      return root
    },
    remove: () => rmSync(home, { recursive: true, force: true, maxRetries: 3 })
  }
}
