import { kindOfLine } from '../analysis/profile.ts'
import type { BlockKind, Confidence, Location } from '../model.ts'
import type { Evidence, LineTicks, RawFrame } from '../records/code.ts'
import { createMarkedPlaces } from './source/marked-places.ts'
import { functionEnd } from './function-end.ts'
import { isMockUrl, isOursUrl, isOwnUrl, outermost } from './own.ts'
import { createCallSites } from './source/call-sites.ts'
import type { Source, Sources } from './sources.ts'

export interface Places {
  kind: BlockKind
  location: Location | undefined
  functionName: string | undefined
  stack: Location[]
  confidence: Confidence
}

export interface Locator {
  /** The place to blame and the stack around it, in the original source. */
  places(evidence: Evidence): Places
  /** A frame whose line is the executing one. */
  frame(frame: RawFrame): Location
}

/**
 * Finds lines for evidence. A CPU profile has the lines of a function's own ticks only: where the time went into a
 * callee, the call is found in the text of the calling function.
 */
export function createLocator(sources: Pick<Sources, 'get' | 'script' | 'modules' | 'module'>, display: (path: string) => string): Locator {
  const { get } = sources
  const calls = createCallSites(sources)
  const marked = createMarkedPlaces(sources)

  function place(url: string, line: number, column: number, functionName: string): Location {
    const at = get(url)?.original(line, column) ?? { path: url, line, column }
    const name = functionName === '' ? {} : { functionName }
    return { file: display(at.path), line: at.line, column: at.column, ...name }
  }
  function hotLine(frame: RawFrame, lines: readonly LineTicks[]): [number, number] | undefined {
    const source = get(frame.url)
    if (source === undefined) return lines[0] && [lines[0].line, 1]
    // A function inlined from another file leaves that file's line numbers here.
    const last = lastLine(frame, source)
    const hot = lines.find(({ line }) => line >= frame.line && line <= last)
    return hot && [hot.line, (source.lines[hot.line - 1] ?? '').search(/\S|$/) + 1]
  }
  function lastLine(frame: RawFrame, { lines }: Source): number {
    const { syntax } = (isOwnUrl(frame.url) && sources.script(frame.url)) || {}
    const fn = syntax?.functionAt(frame.line, frame.column)
    return syntax && fn ? syntax.position(fn.end).line : functionEnd(lines, frame)
  }
  /** What V8 has no frame for shows in the text of the line that takes most of the innermost function's time. */
  function kindOf({ kind, frames, lines: [ticks = []] }: Evidence): BlockKind {
    const [leaf, caller] = frames
    const frame = leaf?.url === '' ? caller : leaf
    const [hottest] = ticks
    if (kind !== 'cpu' || frame === undefined || hottest === undefined) return kind
    const total = ticks.reduce((sum, each) => sum + each.ticks, 0)
    const text = hottest.ticks * 2 > total ? get(frame.url)?.lines[hottest.line - 1] : undefined
    return (text && kindOfLine(text)) || kind
  }
  /** The line that runs in a frame while the one inside it does; nothing where that cannot be told. */
  function runningLine(frames: readonly RawFrame[], index: number, lines: readonly LineTicks[][]): { at: [number, number]; sure: boolean } | undefined {
    const frame = frames[index]!
    const inside = calleeAt(frames, index)
    const native = frames[index - 1]?.url === ''
    // Native code counts its ticks by the line that called it.
    const ticks = lines[native ? index - 1 : index] ?? []
    const site = inside === undefined ? undefined : calls.find(frame, inside, ticks)
    if (site !== undefined) return site
    const hot = inside === undefined || native ? hotLine(frame, ticks) : undefined
    return hot && { at: hot, sure: true }
  }
  const executing = ({ url, line, column, functionName }: RawFrame): Location => place(url, line, column, functionName)
  return {
    frame: executing,
    places(evidence) {
      const { frames } = evidence
      const frame = frames[evidence.own]
      if (evidence.source === 'calls') {
        const stack = frames.map(executing)
        return { kind: evidence.kind, location: stack[evidence.own], functionName: frame?.functionName || undefined, stack, confidence: 'certain' }
      }
      if (evidence.source === 'marks') {
        const known = frame !== undefined && marked.isLineOfWork(frames, evidence.own)
        const stack = known ? frames.map(executing) : frames.slice(evidence.own).map((each) => executing(marked.functionAround(each)))
        return { kind: evidence.kind, location: known ? stack[evidence.own] : undefined, functionName: frame?.functionName || undefined, stack, confidence: 'likely' }
      }
      const { own, lines } = evidence
      // Dependencies' files are long to parse. What they called is of interest where the user's code called them.
      const running = frames.map((each, index) => (index <= own || isOwnUrl(each.url) ? runningLine(frames, index, lines) : undefined))
      const stack = frames.map((each, index) => place(each.url, ...(running[index]?.at ?? [each.line, each.column]), each.functionName))
      const blamed = running[own]
      return {
        kind: kindOf(evidence),
        // Where no line is known, the function is: it is in the stack.
        location: blamed && stack[own],
        functionName: frame?.functionName || undefined,
        // V8's builtins have a name but no place.
        stack: stack.slice(0, outermost(frames)).filter((_, index) => frames[index]!.url !== '' && !isOursUrl(frames[index]!.url)),
        confidence: frame === undefined || blamed?.sure ? 'certain' : 'likely'
      }
    }
  }
}

/** What a frame called: not the mock of the runner's or the watch of ours between the two. */
const calleeAt = (frames: readonly RawFrame[], index: number): RawFrame | undefined =>
  frames.slice(0, index).findLast(({ url }) => !isMockUrl(url) && !isOursUrl(url))
