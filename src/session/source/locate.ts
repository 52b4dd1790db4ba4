import { kindOfLine, kindOfParts } from '../../analysis/profile.ts'
import type { Evidence, LineTicks, RawFrame } from '../../model/code.ts'
import type { BlockKind, Confidence } from '../../model/finding.ts'
import type { Location } from '../../model/place.ts'
import { isOursUrl } from '../../our-files.ts'
import { createCallSites } from './call-sites.ts'
import { textOnLine } from './calls.ts'
import { functionEnd } from './function-end.ts'
import { createMarkedPlaces } from './marked-places.ts'
import type { Source, Sources } from './sources.ts'
import { isMockUrl, isOwnUrl, outermost } from './user-code.ts'

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
  /** What one function itself has on a line: what functions inside it do there has frames of its own. */
  function ownText(frame: RawFrame, line: number): string {
    const text = get(frame.url)?.lines[line - 1] ?? ''
    const syntax = isOwnUrl(frame.url) ? sources.script(frame.url)?.syntax : undefined
    const fn = syntax?.functionAt(frame.line, frame.column)
    return syntax && fn ? textOnLine(syntax, fn, line) : text
  }
  /** What V8 has no frame for shows in the text of the lines that ran. */
  function kindOf({ kind, parts }: Evidence): BlockKind {
    if (parts === undefined) return kind
    return kindOfParts(
      parts.flatMap((part) => {
        const { frame, lines, ms } = part
        const total = lines.reduce((sum, { ticks }) => sum + ticks, 0)
        if (part.kind !== 'cpu' || frame === undefined || total === 0) return [part]
        return lines.map(({ line, ticks }) => ({ kind: kindOfLine(ownText(frame, line)) ?? part.kind, ms: (ms * ticks) / total }))
      })
    )
  }
  /** The line that runs in a frame while the one inside it does; nothing where that cannot be told. */
  function runningLine(frames: readonly RawFrame[], index: number, lines: readonly LineTicks[][]): { at: [number, number]; sure: boolean } | undefined {
    const frame = frames[index]!
    // A place inside a function, and not where one begins, is known already: an `import()` that is waited for.
    if (index > 0 && isExecuting(frame)) return { at: [frame.line, frame.column], sure: false }
    const inside = calleeAt(frames, index)
    const native = frames[index - 1]?.url === ''
    // Native code counts its ticks by the line that called it.
    const ticks = lines[native ? index - 1 : index] ?? []
    const site = inside === undefined ? undefined : calls.find(frame, inside, ticks)
    if (site !== undefined) return site
    const hot = inside === undefined || native ? hotLine(frame, ticks) : undefined
    return hot && { at: hot, sure: true }
  }
  function isExecuting({ url, line, column }: RawFrame): boolean {
    const syntax = isOwnUrl(url) ? sources.script(url)?.syntax : undefined
    return syntax !== undefined && syntax.functionAt(line, column) === undefined
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
      if (evidence.source === 'breadcrumbs') {
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
        confidence: !evidence.late && (frame === undefined || blamed?.sure) ? 'certain' : 'likely'
      }
    }
  }
}

/** What a frame called: not the mock of the runner's or the watch of ours between the two. */
const calleeAt = (frames: readonly RawFrame[], index: number): RawFrame | undefined =>
  frames.slice(0, index).findLast(({ url }) => !isMockUrl(url) && !isOursUrl(url))
