import { beforeAll, describe, expect, test } from 'vitest'
import type { BackendName, BlockKind, Finding } from '../../src/model.ts'
import { markedLines, readFixture } from './harness/fixtures.ts'
import { type RunResult, runVitest } from './harness/run-vitest.ts'

/** A stall of the project in `fixtures/corpus`; all of its other tests are mended, and silent. */
interface Fault {
  /** The number in CORPUS.md. */
  number: number
  /** Of the truth that the project measures. */
  key: string
  /** Of the marker at the line to blame; the same as `key`, unless told. */
  line?: string
  file: string
  /** Missing for what a file's own hooks do. */
  test?: string
  request?: string
  kind: BlockKind
  /** What stands in the stack besides the place to blame: the key of a `DEP` marker. */
  dependency?: string
  /** Called twice in one function: the line is a guess, and must say so. */
  ambiguous?: boolean
}

const FAULTS: Fault[] = [
  fault(4, 'pbkdf2', 'crypto', 'crypto > pbkdf2Sync in a handler', 'sync-crypto', { request: 'GET /pbkdf2?a=1' }),
  // Neither call has ticks of its own: the profile cannot tell which of the two it was.
  fault(4, 'pbkdf2-twice', 'crypto', 'crypto > the second pbkdf2Sync of a handler', 'sync-crypto', { request: 'GET /pbkdf2-twice', ambiguous: true }),
  fault(4, 'scrypt', 'crypto', 'crypto > scryptSync in the body', 'sync-crypto'),
  fault(4, 'before-all', 'hooks', undefined, 'sync-crypto'),
  fault(4, 'before-all-suite', 'before-all', undefined, 'sync-crypto'),
  fault(4, 'before-each', 'hooks', 'before > beforeEach', 'sync-crypto'),
  fault(4, 'after-each', 'hooks', 'after > afterEach', 'sync-crypto'),
  fault(4, 'on-finished', 'hooks', 'onTestFinished', 'sync-crypto'),
  fault(4, 'fixture', 'hooks', 'a fixture', 'sync-crypto'),
  fault(8, 'json', 'json', 'JSON.parse in the body', 'json'),
  fault(8, 'json-handler', 'json', 'JSON.parse in a handler', 'json', { request: 'GET /parse' }),
  fault(10, 'regexp', 'regexp', 'a catastrophic regular expression', 'regexp'),
  fault(13, 'loop', 'loop', 'a loop in a handler', 'cpu', { request: 'GET /loop' }),
  fault(13, 'loop-body', 'loop', 'a loop in the body', 'cpu'),
  fault(14, 'threshold', 'loop', 'thresholds > 30 ms over a threshold of 20', 'cpu', { line: 'burn' }),
  fault(15, 'dependency-sort', 'dependency', 'sorting in a dependency, in a handler', 'cpu', {
    request: 'GET /sorted',
    dependency: 'dependency-sort'
  }),
  fault(15, 'dependency-clone', 'dependency', 'cloning in a dependency, in the body', 'cpu', { dependency: 'dependency-clone' }),
  fault(27, 'after-await', 'turns', 'after an await > in the body', 'sync-crypto'),
  fault(27, 'after-await-handler', 'turns', 'after an await > in a handler', 'sync-crypto', { request: 'GET /after-await' }),
  fault(29, 'chunks', 'turns', 'chunks > without room between them', 'cpu', { line: 'burn', request: 'GET /chunks' }),
  fault(30, 'no-turn', 'turns', 'no turn of the loop > before the test ends', 'cpu', { line: 'burn' }),
  fault(38, 'fake-body', 'fake-timers', 'fake timers > a stall in the body', 'sync-crypto'),
  fault(38, 'fake-timer', 'fake-timers', 'fake timers > a stall in a faked timer', 'sync-crypto'),
  fault(39, 'concurrent', 'concurrent', 'fault > A blocks', 'sync-crypto'),
  fault(40, 'busy-parallel-1', 'parallel', 'parallel requests > the quick one passes', 'sync-crypto', busy('parallel-1')),
  fault(40, 'busy-parallel-2', 'parallel', 'parallel requests > the busy one fails', 'sync-crypto', busy('parallel-2')),
  fault(41, 'busy-shared-1', 'parallel', 'a server of the file > busy by supertest', 'sync-crypto', busy('shared-1')),
  fault(41, 'busy-shared-2', 'parallel', 'a server of the file > busy by fetch', 'sync-crypto', busy('shared-2')),
  fault(41, 'busy-shared-3', 'parallel', 'a server of the file > by two tests at once > busy', 'sync-crypto', busy('shared-3'))
]

/** Kinds that are told apart so far; any other may still be `cpu` or `unknown`. */
const KINDS_SO_FAR: readonly BlockKind[] = ['cpu', 'gc', 'unknown']

/** On top of the agreed `max(2 ms, 3 %)`: a stretch is longer than the call in it that the project measures. */
const MARGIN_MS = 3

const FILES = readFixture('corpus')

describe.each<BackendName>(['inspector', 'async-hooks'])('stalls, with backend %s', (backend) => {
  let run: RunResult
  let findings: Finding[]
  let truth: Truth

  beforeAll(async () => {
    run = await runVitest({ files: FILES, plugin: { backend }, args: ['--maxWorkers=1'], timeoutMs: 110_000 })
    if (run.report === undefined) throw new Error(`the run wrote no report\n${run.stdout}\n${run.stderr}`)
    findings = run.report.findings
    truth = readTruth(run)
  })

  test('the run works', () => {
    expect(run.report?.backend).toEqual({ used: backend })
    expect(run.report?.notices).toEqual([])
    expect(run.exitCode).toBe(1)
    const failed = run.results!.testResults.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => status !== 'passed')
    expect(failed.map(({ fullName }) => fullName)).toEqual(['fault A blocks', 'parallel requests the busy one fails'])
  })

  test.each(FAULTS)('$number: $key is found', (fault) => {
    const found = findings.filter((finding) => isAbout(finding, fault))
    const told = found.map(({ status, severity, occurrences }) => ({ status, severity, occurrences }))
    expect(told).toEqual([{ status: 'new', severity: fault.key === 'concurrent' ? 'error' : 'warn', occurrences: 1 }])
    const finding = found[0]!
    expect(finding.durationMs).toSatisfy((ms: number) => isClose(ms, truth, fault.key), `about ${truth.ms.get(fault.key)} ms`)
    checkLine(finding, fault, backend)
  })

  test.each(FAULTS.filter(({ dependency }) => dependency))("$number: $key has the dependency's line in its stack", ({ dependency, ...fault }) => {
    const { stack = [] } = findings.find((finding) => isAbout(finding, fault)) ?? {}
    const lines = stack.map(({ file, line }) => `${file}:${line}`)
    const marked = markedLines(FILES, 'DEP', dependency!)
    if (backend === 'inspector') expect(lines.some((line) => marked.includes(line))).toBe(true)
  })

  test('39: the one who waits is a victim, and does not fail', () => {
    const { victims } = findings.find((finding) => isAbout(finding, FAULTS.find(({ key }) => key === 'concurrent')!))!
    expect(victims.map(({ test, request }) => ({ test, request }))).toEqual([
      { test: { file: 'test/concurrent.test.ts', name: 'fault > B waits' }, request: undefined }
    ])
    expect(victims[0]!.delayMs).toSatisfy((ms: number) => isClose(ms, truth, 'concurrent-delay'), `about ${truth.ms.get('concurrent-delay')} ms`)
  })

  test('40: the quick request is the victim of the busy one', () => {
    const { victims } = findings.find((finding) => isAbout(finding, FAULTS.find(({ key }) => key === 'busy-parallel-1')!))!
    expect(victims.map(({ test, request }) => ({ test: test?.name, request }))).toEqual([
      { test: 'parallel requests > the quick one passes', request: { method: 'GET', url: '/quick' } }
    ])
  })

  test('nobody else is a victim', () => {
    const alone = FAULTS.filter(({ key }) => !/^concurrent|^busy-(?:parallel|shared-3)/.test(key))
    const wrong = alone.flatMap((fault) =>
      findings.filter((finding) => isAbout(finding, fault) && finding.victims.length > 0).map(({ victims }) => [fault.key, victims])
    )
    expect(wrong).toEqual([])
  })

  test('40: only the busy response fails the matcher', () => {
    const messages = run.results!.testResults.flatMap(({ assertionResults }) => assertionResults).flatMap((each) => each.failureMessages)
    const { durationMs } = findings.find((finding) => isAbout(finding, FAULTS.find(({ key }) => key === 'busy-parallel-2')!))!
    expect(durationMs).toBeGreaterThan(100)
    expect(messages.filter((message) => message.includes('Expected GET /busy/parallel-2 to have no blocking call over 100 ms'))).toHaveLength(1)
  })

  test('nothing else is found', () => {
    const others = findings.filter((finding) => finding.confidence !== 'inconclusive' && !FAULTS.some((fault) => isAbout(finding, fault)))
    expect(others.map(({ rule, message, test }) => `${rule}: ${message} (${test?.name})`)).toEqual([])
  })

  test('38: fake timers make no lag', () => {
    const advanced = run.report!.tests.filter(({ name }) => name.includes('advanced by a long time'))
    expect(advanced).toHaveLength(2)
    for (const { profile } of advanced) expect(profile!.maxLagMs).toBeLessThan(100)
  })

  test('29 and 37: work with room between its parts, and an idle wait, make no lag', () => {
    const quiet = run.report!.tests.filter(({ name }) => /with room between them|with an idle loop/.test(name))
    expect(quiet).toHaveLength(2)
    for (const { profile } of quiet) expect(profile!.maxLagMs).toBeLessThan(40)
  })
})

function fault(number: number, key: string, file: string, test: string | undefined, kind: BlockKind, rest: Partial<Fault> = {}): Fault {
  return { number, key, file: `test/${file}.test.ts`, ...(test !== undefined && { test }), kind, ...rest }
}

function busy(name: string): Partial<Fault> {
  return { line: 'busy', request: `GET /busy/${name}` }
}

function isAbout({ rule, file, test, request }: Finding, fault: Omit<Fault, 'dependency'>): boolean {
  const ofRequest = request && `${request.method} ${request.url}`
  return rule === 'blocking-call' && file === fault.file && test?.name === fault.test && ofRequest === fault.request
}

function checkLine({ kind, confidence, location }: Finding, fault: Fault, backend: BackendName): void {
  const marked = markedLines(FILES, 'BLAME', fault.line ?? fault.key)
  const line = location && `${location.file}:${location.line}`
  if (backend === 'async-hooks') {
    // It knows lines by what follows a stall only: it may not have any, or a wrong one, but may not be sure of a wrong one.
    if (confidence === 'certain') expect(marked).toContain(line)
    return
  }
  if (fault.ambiguous === true) {
    expect(confidence).toBe('likely')
    return
  }
  expect(marked).toContain(line)
  expect(confidence).toBe('certain')
  expect(KINDS_SO_FAR.includes(fault.kind) ? [fault.kind] : [fault.kind, 'cpu', 'unknown']).toContain(kind)
}

function isClose(ms: number, { ms: truths, noiseMs }: Truth, key: string): boolean {
  const truth = truths.get(key)!
  return Math.abs(ms - truth) <= Math.max(2, truth * 0.03) + MARGIN_MS + noiseMs
}

interface Truth {
  /** How long each faulty call took. */
  ms: Map<string, number>
  /** For how long the machine ran something else in the worst of them: it may do so beside a call, too. */
  noiseMs: number
}

function readTruth(run: RunResult): Truth {
  const lines = (run.read('truth.jsonl') ?? '').trim().split('\n').filter(Boolean)
  const calls = lines.map((line) => JSON.parse(line) as { key: string; ms: number; idleMs: number })
  return { ms: new Map(calls.map(({ key, ms }) => [key, ms])), noiseMs: Math.max(0, ...calls.map(({ idleMs }) => idleMs)) }
}
