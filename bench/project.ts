import { cpSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BenchCase, PACKAGE, type Variant } from './cases.ts'
import type { Build } from './settings.ts'

export interface Project {
  root: string
  vitest: string
  /** Where the test files write what they measure. */
  records: string
  /** Where the plugin writes its JSON report. */
  report: string
}

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url))
const RECORD = fileURLToPath(new URL('./suites/record.ts', import.meta.url))

/** The suites use some, the package depends on the others. */
const LINKED = [
  'vitest', 'express', 'supertest', 'typescript',
  '@babel', '@jridgewell', 'error-stack-parser-es', 'picocolors', 'picomatch', 'valibot',
]

/**
 * A folder with the suites, a Vitest config for each variant, and the package installed. The package is a real copy:
 * behind a link it would be outside `node_modules`, which Vitest and the plugin's own blame treat differently.
 */
export function createProject(cases: readonly BenchCase[], builds: readonly Build[]): Project {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'async-profiler-bench-')))
  const modules = join(root, 'node_modules')
  mkdirSync(modules)
  for (const name of LINKED) symlinkSync(join(REPOSITORY, 'node_modules', name), join(modules, name))
  for (const { name, folder } of [{ name: PACKAGE, folder: REPOSITORY }, ...builds]) {
    for (const part of ['dist', 'package.json']) cpSync(join(folder, part), join(modules, name, part), { recursive: true })
  }
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }\n')
  for (const { id, suite, copies, variants } of cases) {
    mkdirSync(join(root, id))
    cpSync(RECORD, join(root, id, 'record.ts'))
    for (let i = 0; i < copies; i++) cpSync(fileURLToPath(suite), join(root, id, `suite-${i}.test.ts`))
    variants.forEach((variant, index) => writeFileSync(join(root, configName(id, index)), configText(variant, cacheName(id, index))))
  }
  return {
    root,
    vitest: join(modules, 'vitest', 'vitest.mjs'),
    records: join(root, 'records.jsonl'),
    report: join(root, 'report.json'),
  }
}

/** A config file of a case's variant, by the variant's place in its list. */
export const configName = (id: string, index: number): string => `${id}-${index}.config.mjs`

/** Where Vite, and so Vitest and the plugin, remember things of a variant from run to run. */
export const cacheName = (id: string, index: number): string => join('node_modules', `.vite-${id}-${index}`)

function configText({ package: name, options, leaks = false }: Variant, cacheDir: string): string {
  const test = JSON.stringify({ detectAsyncLeaks: leaks, testTimeout: 300_000, cache: false })
  const cache = JSON.stringify(cacheDir)
  if (name === undefined) return `export default { cacheDir: ${cache}, test: ${test} }\n`
  const all = JSON.stringify({ ...options, report: { json: 'report.json', github: false } })
  return `import asyncProfiler from '${name}'\nexport default { cacheDir: ${cache}, plugins: [asyncProfiler(${all})], test: ${test} }\n`
}
