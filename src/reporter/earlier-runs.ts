import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { inspect } from 'node:util'
import type { TestModule, TestProject, TestSpecification, Vitest } from 'vitest/node'
import { RULES } from '../analysis/rules/catalog.ts'
import { VERSION } from '../config/version.ts'
import type { Finding, RuleName } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import { type FileSet, type KnownFiles, OPTIONS_KEY, type WorkerConfig } from '../protocol/worker-config.ts'
import { sourcesOf } from '../vitest/main/module-sources.ts'
import { fileOf } from './files.ts'
import { resultOf } from './results.ts'

/** What the file in Vite's `cacheDir` holds: test files that kept the loop free or left nothing over, with the sources that they ran. */
interface Remembered {
  format: typeof FORMAT
  /** Relative to the root. */
  sources: string[]
  /** By project and test file. */
  files: Record<string, Seen & { of: number[] }>
}

/** One of them is true: of all other files nothing is known. */
interface Facts {
  noStall: boolean
  nothingLeft: boolean
}

interface Seen extends Facts {
  /** Of the text of its sources, and of what else the run depended on. */
  hash: string
}

type SeenFiles = ReadonlyMap<string, Seen & { sources: readonly string[] }>

const FORMAT = 3
/** Some ten thousand test files: a file that is larger was not written by this package. */
const MAX_BYTES = 20_000_000
/** A write takes a moment: what is older was left by a run that was killed. */
const STALE_MS = 60_000
/** Beside the config in the root: what it may be made of. */
const SETTINGS = ['package.json', 'tsconfig.json', '.env', '.env.local', '.env.test', '.env.test.local']
const LOCK_FILES = ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb']

/**
 * What earlier runs on this machine have seen. A test file that kept the loop free, and whose sources, dependencies, config and options are what they were
 * then, will most likely do so again: it runs without the profiler. One that left nothing over runs with fewer stacks. Any doubt means that a file is looked at in full.
 */
export class Memory {
  private readonly vitest: Vitest
  private readonly root: string
  private readonly path: string
  private hashes = new Map<string, string>()
  private depends = new Map<TestProject, string>()
  private startedMs = Date.now()

  constructor(vitest: Vitest) {
    this.vitest = vitest
    this.root = vitest.config.root
    this.path = join(vitest.vite.config.cacheDir, 'vitest-async-profiler.json')
  }

  /** A run begins: each project's workers are told what is known of its files. @param specifications what is to run; empty where nobody knows yet */
  tell(specifications: readonly TestSpecification[]): void {
    this.startedMs = Date.now()
    // Watch mode: sources have changed since the last run.
    this.hashes = new Map()
    this.depends = new Map()
    const { sources, files: seen } = this.read()
    for (const project of this.vitest.projects) {
      const worker = configOf(project)
      if (worker === undefined) continue
      const depends = this.dependsOn(project, worker)
      const files = new Set(specifications.filter((each) => each.project === project).map(({ moduleId }) => fileOf({ moduleId }, this.root)))
      const same = Object.entries(seen).flatMap(([key, { of, hash, ...facts }]) => {
        const file = fileIn(key, project)
        // One file of many may be all that is to run.
        const runs = file !== undefined && (specifications.length === 0 || files.has(file))
        return runs && this.hashOf(depends, of.map((index) => sources[index]!)) === hash ? [{ file, ...facts }] : []
      })
      const setOf = (fact: keyof Facts): FileSet => shorterList(same.filter((each) => each[fact]).map(({ file }) => file), files)
      const known: KnownFiles = { noStall: setOf('noStall'), nothingLeft: setOf('nothingLeft') }
      project.provide(OPTIONS_KEY as never, { ...worker, known } satisfies WorkerConfig as never)
    }
  }

  /** A run has ended. Failing to write only costs the next run some time. @param whole whether all tests of the files were to run */
  keep(modules: readonly TestModule[], { findings }: Report, whole: boolean): void {
    const before = this.read()
    const seen = new Map(Object.entries(before.files).map(([key, { of, ...rest }]) => [key, { ...rest, sources: of.map((index) => before.sources[index]!) }]))
    const found = Map.groupBy(findings, ({ file }) => file)
    for (const module of modules) {
      const worker = configOf(module.project)
      if (worker === undefined) continue
      const file = fileOf(module, this.root)
      const key = keyOf(module.project, file)
      const facts = factsOf(module, found.get(file) ?? [])
      const sources = facts && this.unchanged(this.loadedBy(module, seen.get(key)?.sources))
      const hash = sources && this.hashOf(this.dependsOn(module.project, worker), sources)
      if (facts === undefined || sources === undefined || hash === undefined) seen.delete(key)
      else if (whole) seen.set(key, { ...facts, sources, hash })
      else narrow(seen, key, facts)
    }
    this.write(seen, before)
  }

  /** What the graph knows, and what the worker has told: of a file of which all is known, what it told when it was not. */
  private loadedBy(module: TestModule, before: readonly string[] | undefined): string[] | undefined {
    const known = sourcesOf(module)
    const loaded = resultOf(module)?.loaded?.filter((path) => existsSync(path)) ?? before?.map((source) => resolve(this.root, source))
    return known && loaded && [...new Set([...known, ...loaded])]
  }

  /** Relative to the root; nothing where one was written since the run began: nobody knows what ran. */
  private unchanged(paths: readonly string[] | undefined): string[] | undefined {
    try {
      if (!paths?.every((path) => statSync(path).mtimeMs < this.startedMs)) return undefined
      return paths.map((path) => relative(this.root, path).replaceAll('\\', '/')).toSorted()
    } catch {
      return undefined
    }
  }

  /** What a file's run depends on besides its sources. */
  private dependsOn(project: TestProject, worker: WorkerConfig): string {
    let depends = this.depends.get(project)
    if (depends === undefined) {
      depends = this.settingsOf(project, worker)
      this.depends.set(project, depends)
    }
    return depends
  }

  private settingsOf({ vite, config }: TestProject, { options, allow }: WorkerConfig): string {
    const { configFile, configFileDependencies } = vite.config
    const settings = SETTINGS.map((name) => join(this.root, name))
    const files = [...(configFile === undefined ? [] : [configFile]), ...configFileDependencies, ...config.setupFiles, ...config.globalSetup, ...settings, ...lockFiles(this.root)]
    const texts = [...new Set(files)].map((file) => this.textHash(resolve(this.root, file)))
    // Not as JSON: options of environments may refer to themselves, and patterns are none.
    return inspect([VERSION, this.vitest.version, process.version, process.platform, process.arch, options, allow, RUN_BY.map((name) => config[name]), texts], WHOLE)
  }

  /** Nothing where the text of the sources does not tell what they load. */
  private hashOf(depends: string, sources: readonly string[]): string | undefined {
    const hash = createHash('sha1').update(depends)
    for (const source of sources) {
      const text = this.textHash(resolve(this.root, source))
      if (text === OPEN) return undefined
      hash.update(`\0${source}\0${text}`)
    }
    return hash.digest('base64')
  }

  /** Many test files share their sources. */
  private textHash(path: string): string {
    let hash = this.hashes.get(path)
    if (hash === undefined) {
      try {
        const text = readFileSync(path)
        hash = text.includes('import.meta.glob') ? OPEN : createHash('sha1').update(text).digest('base64')
      } catch {
        hash = 'missing'
      }
      this.hashes.set(path, hash)
    }
    return hash
  }

  private read(): Remembered {
    try {
      if (statSync(this.path).size > MAX_BYTES) return NOTHING
      const read = JSON.parse(readFileSync(this.path, 'utf8')) as unknown
      return isRemembered(read) ? read : NOTHING
    } catch {
      return NOTHING
    }
  }

  /** At once or not at all: another run may be reading it. */
  private write(seen: SeenFiles, before: Remembered): void {
    const there = [...seen].filter(([key]) => existsSync(resolve(this.root, key.slice(key.indexOf(SEPARATOR) + 1))))
    const sources = [...new Set(there.flatMap(([, file]) => file.sources))].toSorted()
    const indices = new Map(sources.map((source, index) => [source, index]))
    const entries = there.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, { sources: ran, ...rest }]) => [key, { of: ran.map((source) => indices.get(source)!), ...rest }])
    const text = JSON.stringify({ format: FORMAT, sources, files: Object.fromEntries(entries) } satisfies Remembered)
    if (text === JSON.stringify(before)) return
    const folder = dirname(this.path)
    const temporary = `${this.path}.${process.pid}.tmp`
    try {
      mkdirSync(folder, { recursive: true })
      writeFileSync(temporary, text)
      renameSync(temporary, this.path)
      removeStale(folder, `${basename(this.path)}.`)
    } catch {
      // A read-only checkout.
      rmSync(temporary, { force: true })
    }
  }
}

/** What of the config, or of the command line, can change what a test does. */
const RUN_BY = ['pool', 'isolate', 'environment', 'environmentOptions', 'testTimeout', 'hookTimeout', 'retry', 'env', 'fakeTimers', 'globals', 'execArgv'] as const

const WHOLE = { depth: 20, maxArrayLength: null, maxStringLength: null, breakLength: Infinity }

/** Of a text that loads whatever files there are. */
const OPEN = 'open'

const NOTHING: Remembered = { format: FORMAT, sources: [], files: {} }

const SEPARATOR = '\0'
const keyOf = ({ name }: TestProject, file: string): string => `${name}${SEPARATOR}${file}`
const fileIn = (key: string, { name }: TestProject): string | undefined => (key.startsWith(`${name}${SEPARATOR}`) ? key.slice(name.length + 1) : undefined)

const configOf = (project: TestProject): WorkerConfig | undefined => (project.getProvidedContext() as unknown as Record<string, unknown>)[OPTIONS_KEY] as WorkerConfig | undefined

/** @param files that are to run */
function shorterList(members: readonly string[], files: ReadonlySet<string>): FileSet {
  const known = new Set(members)
  const others = [...files].filter((file) => !known.has(file))
  return files.size > others.length * 2 ? { files: others, others: true } : { files: [...members], others: false }
}

const isOfStall = (rule: RuleName): boolean => RULES[rule].standsOn !== 'leftovers'
const isOfLeftovers = (rule: RuleName): boolean => RULES[rule].standsOn !== 'stalls'

/** What is not as it should be in a file, be it told or not; nothing, where that is not known, or where it both stalls and leaves something. */
function factsOf(module: TestModule, findings: readonly Finding[]): Facts | undefined {
  const ofFile = resultOf(module)
  if (module.state() !== 'passed' || ofFile === undefined) return undefined
  const results = [ofFile, ...[...module.children.allTests()].flatMap((test) => resultOf(test) ?? [])]
  const noStall = !findings.some(({ rule }) => isOfStall(rule)) && results.every(({ blocking, uncertain }) => blocking.count === 0 && uncertain === undefined)
  const nothingLeft = !findings.some(({ rule }) => isOfLeftovers(rule)) && results.every(({ leaks = 0 }) => leaks === 0)
  return noStall || nothingLeft ? { noStall, nothingLeft } : undefined
}

/** A run of some of a file's tests tells what is there, not what is not. */
function narrow<T extends Facts>(seen: Map<string, T>, key: string, { noStall, nothingLeft }: Facts): void {
  const before = seen.get(key)
  if (before === undefined) return
  const both = { noStall: before.noStall && noStall, nothingLeft: before.nothingLeft && nothingLeft }
  if (both.noStall || both.nothingLeft) seen.set(key, { ...before, ...both })
  else seen.delete(key)
}

/** Of the root, or of the nearest folder above it that has some: a package of a monorepo has none. */
function lockFiles(root: string): string[] {
  for (let folder = root; ; folder = dirname(folder)) {
    const found = LOCK_FILES.map((name) => join(folder, name)).filter((path) => existsSync(path))
    if (found.length > 0 || folder === dirname(folder)) return found
  }
}

function removeStale(folder: string, prefix: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix) || !name.endsWith('.tmp')) continue
    const path = join(folder, name)
    if (Date.now() - statSync(path).mtimeMs > STALE_MS) rmSync(path, { force: true })
  }
}

function isRemembered(read: unknown): read is Remembered {
  const { format, sources, files } = (read ?? {}) as Partial<Remembered>
  if (format !== FORMAT || !Array.isArray(sources) || !sources.every((each) => typeof each === 'string')) return false
  if (typeof files !== 'object' || files === null) return false
  const isIndex = (each: unknown): boolean => typeof each === 'number' && sources[each] !== undefined
  return Object.values(files as Record<string, Partial<Remembered['files'][string]> | null>).every(
    (file) => typeof file?.hash === 'string' && typeof file.noStall === 'boolean' && typeof file.nothingLeft === 'boolean' && Array.isArray(file.of) && file.of.every(isIndex)
  )
}
