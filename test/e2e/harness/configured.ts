import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { VERSION } from '../../../src/config/version.ts'
import { normalize } from './normalize.ts'
import { configText, type RunOptions, type RunResult, runVitest } from './run-vitest.ts'
import { REPOSITORY } from './sandbox.ts'

export const PLUGIN = `asyncProfiler({ backend: 'inspector', report: { json: 'report.json' } })`

/** A run whose reporters are those of its config. */
export const runConfigured = (options: RunOptions): Promise<RunResult> => runVitest({ results: false, reporter: false, ...options })

/** @param testConfig the text of `test`, @param plugins that of the list of plugins */
export const configWith = (testConfig: string, plugins = PLUGIN): string => configText(plugins, testConfig)

/** Another copy of the package, as files below a project's folder: of another version, where one is given. */
export function packageCopy(folder: string, version = VERSION): Record<string, string> {
  const ofPackage = [
    'package.json',
    ...readdirSync(join(REPOSITORY, 'dist'))
      .filter((name) => name.endsWith('.js'))
      .map((name) => `dist/${name}`)
  ]
  const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8').replaceAll(VERSION, version)
  return Object.fromEntries(ofPackage.map((path) => [`${folder}/node_modules/vitest-async-profiler/${path}`, read(path)]))
}

/** Stands in for a browser: Vitest asks it for its part of the config, and no more as long as no test runs there. */
export const FAKE_PROVIDER = `{
  name: 'fake',
  options: {},
  providerFactory() { throw new Error('there is no browser') },
  serverFactory: async () => ({
    plugins: [],
    config: async () => ({}),
    resolveOptimizeDeps: async () => ({}),
    configureServer() {},
    transformIndexHtml() {},
    createParent: () => ({ setServer() {}, spawn: () => ({}), close() {} }),
    setupRpc() {}
  })
}`

/** Our summaries in an output, each up to what Vitest says after it. */
export function summaries(run: Pick<RunResult, 'root' | 'stdout'>, output = run.stdout): string[] {
  const [, ...parts] = `\n${normalize(output, run)}`.split(/^ ?(?=Async {2})/m)
  return parts.map((part) => part.split(/^ (?:PASS|FAIL|RERUN) |^ [❯✓×] /m)[0]!.trim())
}
