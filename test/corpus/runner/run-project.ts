import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { env, kill, platform } from 'node:process'
import type { Report } from '../../../src/model/report.ts'
import type { Combination } from './combinations.ts'
import { nodeOf } from './node-versions.ts'
import type { Sandbox } from './sandbox.ts'

export interface RunOptions {
  /** Part of the path of the test files to run. */
  only?: string | undefined
  /** Which tests run: all, the clean ones, or all but the clean ones and those that disturb the machine. */
  half?: 'clean' | 'faulty' | undefined
  /** Who judges: Node's own histogram or Vitest's own detector of leaks instead of the profiler, for comparison. */
  judge?: 'profiler' | 'loop-delay' | 'leak-detector'
}

/** What the project measured around a faulty call. */
export interface Truth {
  ms: number
  /** For how long its thread was off the CPU. */
  offCpuMs: number
  /** How long V8 collected garbage right after it, before any other code ran. */
  collectedMs: number
}

export interface Collection {
  file: string
  ms: number
}

/** What the histogram came to in a test with a budget. */
export interface JudgedByDelay {
  test: string
  allowedMs: number
  measuredMs: number
}

export interface Run {
  root: string
  /** Missing where the profiler was not the judge. */
  report: Report | undefined
  /** Full name as the profiler has it → state, for each file. */
  states: Map<string, Map<string, string>>
  /** Files that failed as a whole. */
  failedFiles: string[]
  /** By key; the longest, where there were several. */
  truth: Map<string, Truth>
  /** What is measured around a call more where code has rested meanwhile, on this machine: the median of all files. */
  coldMs: number
  delays: JudgedByDelay[]
  /** Long ones of V8's collector, as V8 itself tells them. */
  collections: Collection[]
  /** What Vitest printed. */
  output: string
}

const FILTERS = { clean: ['-t', 'clean: '], faulty: ['-t', '^(?!.*(?:clean|machine): )'] }
const REPORTERS = {
  profiler: ['--reporter=json'],
  'loop-delay': ['--reporter=json'],
  // What it finds is in no machine-readable report.
  'leak-detector': ['--reporter=json', '--reporter=default']
}
const LIMIT_MS = 20 * 60_000

/** Runs real Vitest over the corpus' project. */
export async function runProject(sandbox: Sandbox, combination: Combination, options: RunOptions = {}): Promise<Run> {
  const { only, half, judge = 'profiler' } = options
  const { node, vitest, pool, backend } = combination
  const root = sandbox.createProject(vitest)
  const args = [
    `--pool=${pool}`,
    '--silent',
    ...REPORTERS[judge],
    '--outputFile=results.json',
    ...(half === undefined ? [] : FILTERS[half])
  ]
  const output = await execute(
    nodeOf(node)!,
    [join(root, '../node_modules/vitest/vitest.mjs'), 'run', '--update', ...args, ...(only === undefined ? [] : [only])],
    root,
    {
      ...inherited(),
      NO_COLOR: '1',
      // Each run is a first one; with CORPUS_CI=false it is one at a desk, where the profiler starts later.
      CI: env['CORPUS_CI'] ?? 'true',
      CORPUS_BACKEND: backend,
      CORPUS_JUDGE: judge
    }
  )
  const read = (path: string): string | undefined => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined)
  const [report, results] = [read('report.json'), read('results.json')]
  if (results === undefined || (report === undefined && judge === 'profiler'))
    throw new Error(`Vitest ended without a report in ${root}\n${output}`)
  return {
    root,
    report: report === undefined ? undefined : (JSON.parse(report) as Report),
    ...readStates(JSON.parse(results) as Results, root),
    ...readTruth(linesOf(read('truth.jsonl'))),
    delays: linesOf(read('loop-delay.jsonl')),
    collections: linesOf(read('collections.jsonl')),
    output
  }
}

// Nothing else: what a coding agent or a CI service sets would change what Vitest prints and writes.
function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'USERPROFILE', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'LANG', 'CORPUS_LONG']
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
}

function execute(node: string, argv: string[], cwd: string, env: Record<string, string>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const windows = platform === 'win32'
  const child = spawn(node, argv, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: !windows })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const timer = setTimeout(() => {
    // The whole group: a worker that spins outlives its parent.
    if (windows) child.kill('SIGKILL')
    else kill(-child.pid!, 'SIGKILL')
    reject(new Error(`Vitest did not end within ${LIMIT_MS / 60_000} minutes in ${cwd}\n${output}`))
  }, LIMIT_MS)
  child.on('error', reject)
  child.on('close', () => {
    clearTimeout(timer)
    resolve(output)
  })
  return promise
}

/** What Vitest's JSON reporter writes, as far as it is used. */
interface Results {
  testResults: { name: string; status: string; assertionResults: { ancestorTitles: string[]; title: string; status: string }[] }[]
}

function readStates({ testResults }: Results, root: string): Pick<Run, 'states' | 'failedFiles'> {
  const files = testResults.map(({ name, status, assertionResults }) => ({
    file: name.slice(root.length + 1).replaceAll('\\', '/'),
    failed: status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
    tests: assertionResults.map(
      ({ ancestorTitles, title, status }) => [[...ancestorTitles, title].filter(Boolean).join(' > '), status] as const
    )
  }))
  return {
    states: new Map(files.map(({ file, tests }) => [file, new Map(tests)])),
    failedFiles: files.filter(({ failed }) => failed).map(({ file }) => file)
  }
}

function readTruth(calls: (Truth & { key: string })[]): Pick<Run, 'truth' | 'coldMs'> {
  const truth: Run['truth'] = new Map()
  const cold = calls
    .filter(({ key }) => key === 'cold')
    .map(({ ms }) => ms)
    .toSorted((a, b) => a - b)
  for (const { key, ...call } of calls) {
    if (call.ms > (truth.get(key)?.ms ?? 0)) truth.set(key, call)
  }
  return { truth, coldMs: cold[Math.floor(cold.length / 2)] ?? 0 }
}

const linesOf = <T>(text = ''): T[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T)
