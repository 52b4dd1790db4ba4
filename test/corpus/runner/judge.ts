import type { Finding, Wait } from '../../../src/model/finding.ts'
import type { Combination } from './combinations.ts'
import type { Expectation } from './expectations.ts'
import { isAt, isOf, match, type Match } from './match.ts'
import type { Run, Truth } from './run-project.ts'

/** A found stall, and in what it was right. */
export interface Judged extends Match {
  line: boolean
  whose: boolean
  kind: boolean
  /** Stack, message, severity and victims, as far as they are expected. */
  detail: boolean
  /** Missing where a duration is not compared. */
  duration?: { errorMs: number; truth: Truth; coldMs: number }
}

/** What one run came to, or some together. */
export interface Outcome {
  found: Judged[]
  missed: Expectation[]
  /** Nobody planted them. */
  falseAlarms: Finding[]
  /** Neither right nor wrong. */
  inconclusive: Finding[]
  /** Planted stalls that have no more than an inconclusive finding. */
  doubted: Expectation[]
  /** What is wrong with the corpus itself: tests that failed, stalls that were too short. */
  broken: Broken[]
}

/** A fault of the corpus itself, in one of its test files. */
export interface Broken {
  file: string
  text: string
}

export function judge(
  { report, states, failedFiles, truth, coldMs, collections }: Run,
  expectations: readonly Expectation[],
  combination: Combination
): Outcome {
  const due = expectations.filter((expectation) => isDue(expectation, states, combination))
  const broken = due.filter((expectation) => !isPlanted(expectation, truth))
  const findings = report?.findings ?? []
  const isDoubt = ({ confidence }: Finding): boolean => confidence === 'inconclusive'
  // All of them: what was not due may be found, too.
  const { matches, missed, falseAlarms } = match(
    expectations,
    findings.filter((finding) => !isDoubt(finding))
  )
  const open = missed.filter((expectation) => due.includes(expectation) && !broken.includes(expectation))
  const doubted = match(open, findings.filter(isDoubt)).matches.map(({ expectation }) => expectation)
  return {
    found: matches.filter(({ expectation }) => due.includes(expectation)).map((each) => judgeMatch(each, truth, coldMs)),
    missed: open.filter((expectation) => !doubted.includes(expectation)),
    falseAlarms: falseAlarms.filter((finding) => !isCollection(finding, collections)),
    inconclusive: findings.filter(isDoubt),
    doubted,
    broken: [
      ...broken.map((expectation) => describeBroken(expectation, truth)),
      ...failedFiles.map((file) => ({ file, text: `${file}: failed` })),
      ...wrongStates(states, due)
    ]
  }
}

/** What the stalls leave is collected at some time, and V8 itself says how long that took. */
const isCollection = ({ kind, file, durationMs = 0 }: Finding, collections: Run['collections']): boolean =>
  kind === 'gc' && collections.some((collection) => collection.file === file && collection.ms > durationMs / 2)

export function together(outcomes: readonly Outcome[]): Outcome {
  return {
    found: outcomes.flatMap(({ found }) => found),
    missed: outcomes.flatMap(({ missed }) => missed),
    falseAlarms: outcomes.flatMap(({ falseAlarms }) => falseAlarms),
    inconclusive: outcomes.flatMap(({ inconclusive }) => inconclusive),
    doubted: outcomes.flatMap(({ doubted }) => doubted),
    broken: outcomes.flatMap(({ broken }) => broken)
  }
}

/** What expectations may need, besides a pool. */
const TAGS = process.env['CORPUS_LONG'] === undefined ? [] : ['long']

function isDue({ file, test, needs, inspectorOnly }: Expectation, states: Run['states'], { pool, backend }: Combination): boolean {
  if (inspectorOnly && backend === 'async-hooks') return false
  if (needs !== undefined && needs !== pool && !TAGS.includes(needs)) return false
  const ofFile = states.get(file)
  if (ofFile === undefined) return false
  return test === undefined ? [...ofFile.values()].some(hasRun) : hasRun(ofFile.get(test) ?? 'missing')
}

/** A test that is missing is an error of its expectation, and shows as a stall that did not take place. */
const hasRun = (state: string): boolean => state === 'passed' || state === 'failed' || state === 'missing'

const STALLS = ['blocking-call', 'loop-starvation']

const isStall = ({ rules }: Expectation): boolean => rules.every((rule) => STALLS.includes(rule))

const isPlanted = (expectation: Expectation, truth: Run['truth']): boolean =>
  !isStall(expectation) || (truth.get(expectation.key)?.ms ?? 0) > expectation.overMs

function describeBroken({ number, key, file, overMs }: Expectation, truth: Run['truth']): Broken {
  const ms = truth.get(key)?.ms
  return {
    file,
    text: `${number} ${key} ${file}: ${ms === undefined ? 'did not take place' : `took ${ms.toFixed(1)} ms, which is not over ${overMs}`}`
  }
}

function wrongStates(states: Run['states'], due: readonly Expectation[]): Broken[] {
  return [...states].flatMap(([file, ofFile]) =>
    [...ofFile].flatMap(([test, state]) => {
      const fails = due.some((expectation) => expectation.fails && expectation.file === file && expectation.test === test)
      return hasRun(state) && (state === 'failed') !== fails ? [{ file, text: `${file} > ${test}: ${state}` }] : []
    })
  )
}

function judgeMatch({ expectation, finding }: Match, truths: Run['truth'], coldMs: number): Judged {
  const truth = truths.get(expectation.key)
  const { durationMs = 0 } = finding
  const isTimed = truth !== undefined && isStall(expectation) && !expectation.untimed
  return {
    expectation,
    finding,
    line: isAt(expectation, finding),
    whose: isOf(expectation, finding),
    kind: expectation.kinds.length === 0 || expectation.kinds.includes(finding.kind ?? 'none'),
    detail: wrongDetails(expectation, finding).length === 0,
    ...(isTimed && { duration: { errorMs: errorOf(durationMs, rangeOf(truth, expectation, finding)), truth, coldMs } })
  }
}

/**
 * The durations that are true. A collection right after the work may be part of the stretch, or not. What does not wait by
 * its own doing was off the CPU by the machine's doing: that is no part of a stall, though it may be part of its wall clock. And
 * a stretch does not end where the measured call does: it may have been stopped after it, too.
 */
function rangeOf(
  { ms, offCpuMs, collectedMs }: Truth,
  { kinds }: Expectation,
  { evidence: { stolenMs = 0 } }: Finding
): { fromMs: number; toMs: number } {
  const waits = kinds.some((kind) => WAITING_KINDS.includes(kind))
  const stoppedMs = Math.max(0, offCpuMs)
  return { fromMs: waits ? ms : ms - stoppedMs, toMs: ms + collectedMs + Math.max(0, stolenMs - stoppedMs) }
}

const WAITING_KINDS = ['wait', 'sync-process']

/** Below zero for what is too short. */
const errorOf = (durationMs: number, { fromMs, toMs }: { fromMs: number; toMs: number }): number =>
  Math.min(0, durationMs - fromMs) + Math.max(0, durationMs - toMs)

/** What is missing in a finding, besides the place, the test, the request and the kind. */
export function wrongDetails(
  { through, throughPackage, says, waits, waitsNot, victims, fails, errors }: Expectation,
  { stack, message, severity, waits: tree, victims: told }: Finding
): string[] {
  const frames = stack.map(({ file, line }) => `${file}:${line}`)
  const names = told.map(({ test, request }) =>
    [test?.name ?? 'file', ...(request ? [`${request.method} ${request.url}`] : [])].join(' | ')
  )
  const waited = textsOf(tree)
  const isWaited = (text: string): boolean => waited.some((each) => each.includes(text))
  return [
    ...(through.length > 0 && !frames.some((frame) => through.includes(frame)) ? [`the stack has none of ${through.join(', ')}`] : []),
    ...(throughPackage !== undefined && !frames.some((frame) => frame.includes(`node_modules/${throughPackage}/`))
      ? [`the stack has no frame of ${throughPackage}`]
      : []),
    ...(says !== undefined && !message.includes(says) ? [`the message does not say ${says}: ${message}`] : []),
    ...(waits !== undefined && !isWaited(waits) ? [`it is not told to wait for ${waits}: ${waited.join('; ') || 'nothing'}`] : []),
    ...(waitsNot !== undefined && isWaited(waitsNot) ? [`it is told to wait for ${waitsNot}: ${waited.join('; ')}`] : []),
    ...(victims !== 'any' && victims.join() !== names.join()
      ? [`victims ${names.join(', ') || 'none'} instead of ${victims.join(', ') || 'none'}`]
      : []),
    ...((severity === 'error') !== (fails || errors) ? [`severity ${severity}`] : [])
  ]
}

function textsOf(waits: readonly Wait[] = []): string[] {
  return waits.flatMap(({ on, detail, waits }) => [[on, detail].filter(Boolean).join(', '), ...textsOf(waits)])
}
