import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { inspect } from 'node:util'
import type { TestProject, Vitest } from 'vitest/node'
import { VERSION } from '../../config/version.ts'
import type { WorkerConfig } from '../../protocol/worker-config.ts'

/** Beside the config in the root: what it may be made of. */
const SETTINGS = ['package.json', 'tsconfig.json', '.env', '.env.local', '.env.test', '.env.test.local']
const LOCK_FILES = ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb']

/** What of the config, or of the command line, can change what a test does. */
const RUN_BY = [
  'pool',
  'isolate',
  'environment',
  'environmentOptions',
  'testTimeout',
  'hookTimeout',
  'retry',
  'env',
  'fakeTimers',
  'globals',
  'execArgv'
] as const

const WHOLE = { depth: 20, maxArrayLength: null, maxStringLength: null, breakLength: Infinity }

/** Of a text that loads whatever files there are. */
const OPEN = 'open'

/** One text for all that a test file's run depends on: its sources, and the settings, options and versions that it runs with. */
export class SourceHashes {
  private readonly vitest: Vitest
  private readonly root: string
  private readonly texts = new Map<string, string>()
  private readonly settings = new Map<TestProject, string>()

  constructor(vitest: Vitest) {
    this.vitest = vitest
    this.root = vitest.config.root
  }

  /** @returns nothing where the text of the sources does not tell what they load. @param sources relative to the root */
  of(project: TestProject, worker: WorkerConfig, sources: readonly string[]): string | undefined {
    const hash = createHash('sha1').update(this.dependsOn(project, worker))
    for (const source of sources) {
      const text = this.textHash(resolve(this.root, source))
      if (text === OPEN) return undefined
      hash.update(`\0${source}\0${text}`)
    }
    return hash.digest('base64')
  }

  /** Many test files share their sources. */
  private textHash(path: string): string {
    let hash = this.texts.get(path)
    if (hash === undefined) {
      try {
        const text = readFileSync(path)
        hash = text.includes('import.meta.glob') ? OPEN : createHash('sha1').update(text).digest('base64')
      } catch {
        hash = 'missing'
      }
      this.texts.set(path, hash)
    }
    return hash
  }

  /** What a file's run depends on besides its sources. */
  private dependsOn(project: TestProject, worker: WorkerConfig): string {
    let depends = this.settings.get(project)
    if (depends === undefined) {
      depends = this.settingsOf(project, worker)
      this.settings.set(project, depends)
    }
    return depends
  }

  private settingsOf({ vite, config }: TestProject, { options, allow }: WorkerConfig): string {
    const { configFile, configFileDependencies } = vite.config
    const settings = SETTINGS.map((name) => join(this.root, name))
    const files = [
      ...(configFile === undefined ? [] : [configFile]),
      ...configFileDependencies,
      ...config.setupFiles,
      ...config.globalSetup,
      ...settings,
      ...lockFiles(this.root)
    ]
    const texts = [...new Set(files)].map((file) => this.textHash(resolve(this.root, file)))
    // Not as JSON: options of environments may refer to themselves, and patterns are none.
    return inspect(
      [
        VERSION,
        this.vitest.version,
        process.version,
        process.platform,
        process.arch,
        options,
        allow,
        RUN_BY.map((name) => config[name]),
        texts
      ],
      WHOLE
    )
  }
}

/** Of the root, or of the nearest folder above it that has some: a package of a monorepo has none. */
function lockFiles(root: string): string[] {
  for (let folder = root; ; folder = dirname(folder)) {
    const found = LOCK_FILES.map((name) => join(folder, name)).filter((path) => existsSync(path))
    if (found.length > 0 || folder === dirname(folder)) return found
  }
}
