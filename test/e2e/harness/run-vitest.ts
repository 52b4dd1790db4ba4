import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inject } from 'vitest'
import type { Options } from '../../../src/config/options.ts'
import type { Report } from '../../../src/model/report.ts'
import { install, type Major, sandboxOf } from './sandbox.ts'

export type Pool = 'forks' | 'threads' | 'vmForks' | 'vmThreads'

export interface RunOptions {
  /** Path in the project → text. A `package.json` is added. */
  files: Record<string, string>
  /** Options of the plugin, in a config that has nothing else; `report.json` is added to its reports. */
  plugin?: Options
  /** The whole text of `vitest.config.ts`, instead of `plugin`. */
  config?: string
  vitest?: Major
  pool?: Pool
  isolate?: boolean
  /** @default 'run' */
  command?: 'run' | 'list'
  /** More arguments of that command. */
  args?: string[]
  env?: Record<string, string>
  /** @default false */
  color?: boolean
  timeoutMs?: number
  /**
   * Whether Vitest's JSON reporter writes `results` to a file.
   * @default true
   */
  results?: boolean
  /**
   * Whether Vitest's default reporter is asked for by name; else the config says which ones run.
   * @default true, unless `args` name one
   */
  reporter?: boolean
  /** Where another run left its project: its files stay, and `files` are added to them. */
  root?: string
  /**
   * Whether the project has a `node_modules` of its own, not only its parent folder: in DOM environments Vitest finds no
   * setup file of a package outside the project's root.
   * @default false
   */
  ownModules?: boolean
}

/** What Vitest's own JSON reporter says, as far as it is used. */
export interface JsonResults {
  success: boolean
  numTotalTests: number
  testResults: {
    name: string
    status: string
    message: string
    assertionResults: { fullName: string; title: string; status: string; failureMessages: string[] }[]
  }[]
}

export interface RunResult {
  /** The project's folder. */
  root: string
  exitCode: number | null
  stdout: string
  stderr: string
  /** `report.json`, where the run wrote one. */
  report: Report | undefined
  results: JsonResults | undefined
  /** The text of a file in the project. */
  read(path: string): string | undefined
}

const RESULTS = 'results.json'

/** Runs real Vitest on a small project, in a process of its own. */
export async function runVitest(options: RunOptions): Promise<RunResult> {
  const {
    files,
    vitest = 5,
    command = 'run',
    pool,
    isolate,
    args = [],
    env = {},
    color = false,
    results = true,
    timeoutMs = 60_000
  } = options
  const { reporter = !args.some((arg) => arg.startsWith('--reporter')) } = options
  const home = sandboxOf(inject('sandbox'), vitest)
  const root = options.root ?? mkdtempSync(join(home, 'project-'))
  if (options.ownModules === true) install(root, vitest)
  writeFiles(root, {
    'package.json': JSON.stringify({ name: 'project', private: true, type: 'module' }),
    'vitest.config.ts': options.config ?? configWith(options.plugin),
    ...files
  })
  const argv = [
    join(home, 'node_modules/vitest/vitest.mjs'),
    command,
    ...(pool === undefined ? [] : [`--pool=${pool}`]),
    ...(isolate === undefined ? [] : [`--isolate=${isolate}`]),
    ...(reporter ? ['--reporter=default'] : []),
    ...(results ? ['--reporter=json', `--outputFile.json=${RESULTS}`] : []),
    ...args
  ]
  // Vitest's own code is compiled once for all runs, which is a tenth of what a run of one small file takes.
  const cache = { NODE_COMPILE_CACHE: join(inject('sandbox'), 'compile-cache') }
  const ended = await run(
    argv,
    root,
    { ...inherited(), ...cache, ...(color ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }), ...env },
    timeoutMs
  )
  const read = (path: string): string | undefined => {
    const full = join(root, path)
    return existsSync(full) ? readFileSync(full, 'utf8') : undefined
  }
  return { root, ...ended, report: parse<Report>(read('report.json')), results: parse<JsonResults>(read(RESULTS)), read }
}

function configWith(plugin: Options = {}): string {
  const options = { ...plugin, report: { json: 'report.json', ...plugin.report } }
  return configText(`asyncProfiler(${JSON.stringify(options)})`)
}

/** @param plugins the text of the list of plugins, @param test that of `test` */
export const configText = (plugins: string, test = '{}'): string => `import { defineConfig } from 'vitest/config'
import asyncProfiler from 'vitest-async-profiler'

export default defineConfig({ plugins: [${plugins}], test: ${test} })
`

function writeFiles(root: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    const full = join(root, path)
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, text)
  }
}

// All else stays out: this process is itself a Vitest worker, perhaps on CI or started by a coding agent.
function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'USERPROFILE', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'LANG']
  return Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])))
}

type Ended = Pick<RunResult, 'exitCode' | 'stdout' | 'stderr'>

function run(argv: string[], cwd: string, env: Record<string, string>, timeoutMs: number): Promise<Ended> {
  const windows = process.platform === 'win32'
  const { promise, resolve, reject } = Promise.withResolvers<Ended>()
  const child = spawn(process.execPath, argv, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: !windows })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const timer = setTimeout(() => {
    // The whole group: a worker that spins outlives its parent.
    if (windows) child.kill('SIGKILL')
    else process.kill(-child.pid!, 'SIGKILL')
    reject(new Error(`vitest did not end within ${timeoutMs} ms\n\n${stdout}\n\n${stderr}`))
  }, timeoutMs)
  child.on('error', reject)
  child.on('close', (exitCode) => {
    clearTimeout(timer)
    resolve({ exitCode, stdout, stderr })
  })
  return promise
}

function parse<T>(text: string | undefined): T | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as T)
}
