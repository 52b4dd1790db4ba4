import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Holds a folder for each Vitest major: `node_modules`, and below it the projects that tests write. */
    sandbox: string
  }
}

export const REPOSITORY = resolve(import.meta.dirname, '../../..')
export const MAJORS = [5, 4] as const
export type Major = (typeof MAJORS)[number]

/** The folder of one Vitest major. */
export const sandboxOf = (sandbox: string, major: Major): string => join(sandbox, `vitest-${major}`)

const VITEST: Record<Major, string> = { 5: 'node_modules/vitest', 4: 'test/vitest-4/node_modules/vitest' }
const FOR_FIXTURES = [
  'express',
  'supertest',
  'fastify',
  'hono',
  'msw',
  'jsdom',
  'happy-dom',
  'pino',
  'undici',
  'ws',
  'socket.io',
  'socket.io-client',
  'h3',
  '@hono/node-server',
  'light-my-request'
]

/** Global setup: the package as users have it installed, once for the whole run. */
export default function setup(project: TestProject): () => void {
  const sandbox = realpathSync(mkdtempSync(join(tmpdir(), 'vap-e2e-')))
  for (const major of MAJORS) install(sandboxOf(sandbox, major), major)
  project.provide('sandbox', sandbox)
  return () => {
    // For a look at a project that went wrong.
    if (process.env['KEEP_SANDBOX'] === undefined) rmSync(sandbox, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Gives a folder its `node_modules`. */
export function install(folder: string, major: Major): void {
  const modules = join(folder, 'node_modules')
  const installed = join(modules, 'vitest-async-profiler')
  // A copy, not a link: Vitest treats what lies in `node_modules` specially, by its real path.
  for (const part of ['package.json', 'report.schema.json', 'dist']) {
    const from = join(REPOSITORY, part)
    if (!existsSync(from)) throw new Error(`${from} is missing: run npm run build first`)
    cpSync(from, join(installed, part), { recursive: true })
  }
  link(modules, 'vitest', join(REPOSITORY, VITEST[major]))
  // Beside Vitest 4.1, as npm installs it: its types are augmented.
  if (major === 4) link(modules, '@vitest/runner', join(REPOSITORY, 'node_modules/@vitest/runner'))
  for (const name of [...FOR_FIXTURES, ...runtimeDependencies()]) link(modules, name, join(REPOSITORY, 'node_modules', name))
}

function link(modules: string, name: string, target: string): void {
  if (!existsSync(target)) return
  const path = join(modules, name)
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path, 'junction')
}

function runtimeDependencies(): string[] {
  const { dependencies = {} } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as { dependencies?: object }
  return Object.keys(dependencies)
}
