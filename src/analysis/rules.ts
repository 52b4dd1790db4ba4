import type { BlockingCall, Confidence, Culprit, Finding, Location, RuleName, RuleSetting, Severity } from '../model.ts'
import { judgeStretches } from './blocking.ts'
import { formatMs } from './format.ts'
import { hintFor } from './hints.ts'

export interface RuleContext {
  /** The test file. */
  file: string
  rules: Record<RuleName, RuleSetting>
  blockingThreshold: number
}

/** The findings of the rule `blocking-call` over all stretches of one test or file: one per place, test and request. */
export function findBlockingCalls(stretches: readonly BlockingCall[], context: RuleContext): Finding[] {
  const setting = context.rules['blocking-call']
  if (setting === 'off') return []
  const { over, inconclusive } = judgeStretches(stretches, context.blockingThreshold)
  const findings = [
    ...over.map((call) => toFinding(call, context, setting, call.confidence)),
    ...inconclusive.map((call) => toFinding(call, context, setting, 'inconclusive'))
  ]
  return mergeFindings(findings)
}

/** Repeats at one place become one finding: the longest, with the count of all. */
export function mergeFindings(findings: readonly Finding[]): Finding[] {
  const merged = new Map<string, Finding>()
  for (const finding of findings) {
    const { location, request } = finding
    const place = location && `${location.file}:${location.line}`
    const inconclusive = finding.confidence === 'inconclusive'
    const key = [finding.fingerprint, place, request?.method, request?.url, inconclusive].join('\n')
    const known = merged.get(key)
    if (known === undefined) merged.set(key, finding)
    else merged.set(key, mergeTwo(known, finding))
  }
  return [...merged.values()]
}

function mergeTwo(a: Finding, b: Finding): Finding {
  const longest = (b.durationMs ?? 0) > (a.durationMs ?? 0) ? b : a
  return { ...longest, occurrences: a.occurrences + b.occurrences, victims: [...a.victims, ...b.victims] }
}

function toFinding(call: BlockingCall, context: RuleContext, severity: Severity, confidence: Confidence): Finding {
  const { durationMs, cpuMs, stolenMs, kind, location, stack, culprit, victims } = call
  const doubtful = confidence === 'inconclusive'
  return {
    rule: 'blocking-call',
    // What cannot be decided fails nothing.
    severity: doubtful ? 'warn' : severity,
    confidence,
    status: 'new',
    message: doubtful
      ? `${describePlace(call)} kept the event loop for ${formatMs(durationMs)}, but other processes held the CPU for ${formatMs(stolenMs)} of it`
      : `${describePlace(call)} blocked the event loop for ${formatMs(durationMs)}`,
    hint: stack.length === 0 ? `${UNKNOWN_LINE}; ${hintFor(call)}` : hintFor(call),
    kind,
    durationMs,
    ...(location && { location }),
    stack,
    file: context.file,
    ...(culprit.test && { test: culprit.test }),
    ...(culprit.request && { request: culprit.request }),
    evidence: { cpuMs, stolenMs, thresholdMs: context.blockingThreshold },
    victims,
    occurrences: 1,
    fingerprint: fingerprint('blocking-call', context.file, culprit, location, kind)
  }
}

const UNKNOWN_LINE = "run again, or set backend: 'inspector', to see the line: the profiler was not sampling yet"

/** `pbkdf2Sync in hashPassword`, as far as it is known. */
export function describePlace({ functionName, stack, culprit, location, confidence }: BlockingCall): string {
  // A callee that the own line does not name would only puzzle.
  const callee = location && confidence === 'certain' ? calleeOf(stack, location) : undefined
  const own = functionName ?? (location && namedCaller(stack, location))
  const { request, test } = culprit
  const name = own ?? (request && `the handler of ${request.method} ${request.url}`) ?? test?.name ?? 'a hook of the file'
  return callee === undefined ? name : `${callee} in ${name}`
}

/** A callback without a name is known by the own function around it. */
const namedCaller = (stack: readonly Location[], own: Location): string | undefined =>
  stack.slice(indexOfPlace(stack, own)).find(({ file, functionName }) => functionName !== undefined && isOwnFile(file))?.functionName

/** Whether a shown place is the user's: neither a dependency's nor Node's. */
export const isOwnFile = (file: string): boolean =>
  file !== '' && !file.startsWith('node:') && !/(?:^|\/)node_modules\//.test(file)

/** The function that the own line called, where the time went there. */
function calleeOf(stack: readonly Location[], own: Location): string | undefined {
  const index = indexOfPlace(stack, own)
  return index > 0 ? stack[index - 1]?.functionName : undefined
}

/** By position: a profile that was copied as JSON has equal places, not identical ones. */
export const indexOfPlace = (stack: readonly Location[], { file, line, column }: Location): number =>
  stack.findIndex((each) => each.file === file && each.line === line && each.column === column)

/** Survives line shifts: no positions. */
function fingerprint(rule: RuleName, testFile: string, { test, request }: Culprit, location: Location | undefined, kind: string): string {
  const route = request && `${request.method} ${request.url.replace(/\?.*$/, '').replaceAll(/\d+/g, '#')}`
  return hash([rule, kind, location?.file, location?.functionName, testFile, test?.name, route].join('\n'))
}

/** FNV-1a over UTF-16 units, twice with different offsets for 64 bits: short, stable, and without `node:crypto`. */
function hash(text: string): string {
  const half = (offset: number): string => {
    let value = offset
    for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
    return (value >>> 0).toString(16).padStart(8, '0')
  }
  return half(0x811c9dc5) + half(0x9dc5811c)
}
