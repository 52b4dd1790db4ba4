import { existsSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import type { TestModule, TestProject, TestSpecification, Vitest } from 'vitest/node'
import { RULES } from '../../analysis/rules/catalog.ts'
import type { Finding, RuleName } from '../../model/finding.ts'
import type { Report } from '../../model/report.ts'
import { debug } from '../../node/debug.ts'
import { type FileSet, type KnownFiles, OPTIONS_KEY, type WorkerConfig } from '../../protocol/worker-config.ts'
import { sourcesOf } from '../../vitest/main/module-sources.ts'
import { fileOf } from '../files.ts'
import { resultOf } from '../results.ts'
import { type Facts, MemoryFile, SEPARATOR } from './memory-file.ts'
import { SourceHashes } from './source-hashes.ts'

/**
 * What earlier runs on this machine have seen. A test file that kept the loop free, and whose sources, dependencies, config and options are
 * what they were then, will most likely do so again: it runs without the profiler. One that left nothing over runs with fewer stacks. Any
 * doubt means that a file is looked at in full.
 */
export class Memory {
  private readonly vitest: Vitest
  private readonly root: string
  private readonly file: MemoryFile
  private hashes: SourceHashes
  private startedMs = Date.now()

  constructor(vitest: Vitest) {
    this.vitest = vitest
    this.root = vitest.config.root
    this.file = new MemoryFile(join(vitest.vite.config.cacheDir, 'vitest-async-profiler.json'), this.root)
    this.hashes = new SourceHashes(vitest)
  }

  /**
   * A run begins: each project's workers are told what is known of its files.
   * @param specifications what is to run; empty where nobody knows yet
   */
  tell(specifications: readonly TestSpecification[]): void {
    this.startedMs = Date.now()
    // Watch mode: sources have changed since the last run.
    this.hashes = new SourceHashes(this.vitest)
    const { sources, files: seen } = this.file.read()
    for (const project of this.vitest.projects) {
      const worker = configOf(project)
      if (worker === undefined) continue
      const files = new Set(
        specifications.filter((each) => each.project === project).map(({ moduleId }) => fileOf({ moduleId }, this.root))
      )
      const same = Object.entries(seen).flatMap(([key, { of, hash, ...facts }]) => {
        const file = fileIn(key, project)
        // One file of many may be all that is to run.
        const runs = file !== undefined && (specifications.length === 0 || files.has(file))
        return runs &&
          this.hashes.of(
            project,
            worker,
            of.map((index) => sources[index]!)
          ) === hash
          ? [{ file, ...facts }]
          : []
      })
      const setOf = (fact: keyof Facts): FileSet =>
        shorterList(
          same.filter((each) => each[fact]).map(({ file }) => file),
          files
        )
      const known: KnownFiles = { noStall: setOf('noStall'), nothingLeft: setOf('nothingLeft') }
      debug(
        '%s: of %d files that %s knows, %d have the same sources',
        project.name || 'the project',
        Object.keys(seen).length,
        this.file.path,
        same.length
      )
      project.provide(OPTIONS_KEY as never, { ...worker, known } satisfies WorkerConfig as never)
    }
  }

  /** A run has ended. Failing to write only costs the next run some time. @param whole whether all tests of the files were to run */
  keep(modules: readonly TestModule[], { findings }: Report, whole: boolean): void {
    const before = this.file.read()
    const seen = new Map(
      Object.entries(before.files).map(([key, { of, ...rest }]) => [key, { ...rest, sources: of.map((index) => before.sources[index]!) }])
    )
    const found = Map.groupBy(findings, ({ file }) => file)
    for (const module of modules) {
      const worker = configOf(module.project)
      if (worker === undefined) continue
      const file = fileOf(module, this.root)
      const key = keyOf(module.project, file)
      const facts = factsOf(module, found.get(file) ?? [])
      const sources = facts && this.unchanged(this.loadedBy(module, seen.get(key)?.sources))
      const hash = sources && this.hashes.of(module.project, worker, sources)
      if (facts === undefined || sources === undefined || hash === undefined) seen.delete(key)
      else if (whole) seen.set(key, { ...facts, sources, hash })
      else narrow(seen, key, facts)
    }
    this.file.write(seen, before)
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
}

const keyOf = ({ name }: TestProject, file: string): string => `${name}${SEPARATOR}${file}`
const fileIn = (key: string, { name }: TestProject): string | undefined =>
  key.startsWith(`${name}${SEPARATOR}`) ? key.slice(name.length + 1) : undefined

const configOf = (project: TestProject): WorkerConfig | undefined =>
  (project.getProvidedContext() as unknown as Record<string, unknown>)[OPTIONS_KEY] as WorkerConfig | undefined

/** @param files that are to run */
function shorterList(members: readonly string[], files: ReadonlySet<string>): FileSet {
  const known = new Set(members)
  const others = [...files].filter((file) => !known.has(file))
  return files.size > others.length * 2 ? { files: others, others: true } : { files: [...members], others: false }
}

const isOfStall = (rule: RuleName): boolean => RULES[rule].standsOn !== 'leftovers'
const isOfLeftovers = (rule: RuleName): boolean => RULES[rule].standsOn !== 'stalls'

/**
 * What is not as it should be in a file, be it told or not; nothing, where that is not known, or where it both stalls and leaves something.
 */
function factsOf(module: TestModule, findings: readonly Finding[]): Facts | undefined {
  const ofFile = resultOf(module)
  if (module.state() !== 'passed' || ofFile === undefined) return undefined
  const results = [ofFile, ...[...module.children.allTests()].flatMap((test) => resultOf(test) ?? [])]
  const noStall =
    !findings.some(({ rule }) => isOfStall(rule)) &&
    results.every(({ blocking, uncertain }) => blocking.count === 0 && uncertain === undefined)
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
