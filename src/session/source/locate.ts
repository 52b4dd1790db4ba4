import { kindOfParts } from '../../analysis/profile.ts'
import type { Evidence, LineTicks, RawFrame } from '../../model/code.ts'
import type { BlockKind, Confidence } from '../../model/finding.ts'
import type { Location } from '../../model/place.ts'
import { isOursUrl } from '../../our-files.ts'
import { createCallSites } from './call-sites.ts'
import { createMarkedPlaces } from './marked-places.ts'
import type { Sources } from './sources.ts'
import { kindOfLine } from './syntax/kind-of-line.ts'
import type { Syntax, SyntaxNode } from './syntax/parse.ts'
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
  /** The function of a frame, as the parser reads it. */
  function functionOf({ url, line, column }: RawFrame): { syntax: Syntax; fn: SyntaxNode } | undefined {
    const syntax = sources.script(url)?.syntax
    const fn = syntax?.functionAt(line, column)
    return syntax && fn && { syntax, fn }
  }
  /** The line of a function that was seen running most; likely only, where nobody knows which lines are the function's. */
  function hotLine(frame: RawFrame, lines: readonly LineTicks[]): { at: [number, number]; sure: boolean } | undefined {
    const read = functionOf(frame)
    // A function inlined from another file leaves that file's line numbers here.
    const last = read === undefined ? Infinity : read.syntax.position(read.fn.end).line
    const hot = lines.find(({ line }) => line >= frame.line && line <= last)
    const text = hot === undefined ? '' : (get(frame.url)?.lines[hot.line - 1] ?? '')
    return hot && { at: [hot.line, text.length - text.trimStart().length + 1], sure: read !== undefined }
  }
  function kindOn(frame: RawFrame, line: number): BlockKind | undefined {
    const read = functionOf(frame)
    return read && kindOfLine(read.syntax, read.fn, line)
  }
  /** What V8 has no frame for shows in the text of the lines that ran. */
  function kindOf({ kind, parts }: Evidence): BlockKind {
    if (parts === undefined) return kind
    return kindOfParts(
      parts.flatMap((part) => {
        const { frame, lines, ms } = part
        const total = lines.reduce((sum, { ticks }) => sum + ticks, 0)
        if (part.kind !== 'cpu' || frame === undefined || total === 0) return [part]
        return lines.map(({ line, ticks }) => ({ kind: kindOn(frame, line) ?? part.kind, ms: (ms * ticks) / total }))
      })
    )
  }
  /** The line that runs in a frame while the one inside it does; nothing where that cannot be told. */
  function runningLine(
    frames: readonly RawFrame[],
    index: number,
    lines: readonly LineTicks[][]
  ): { at: [number, number]; sure: boolean } | undefined {
    const frame = frames[index]!
    // A place inside a function, and not where one begins, is known already: an `import()` that is waited for.
    if (index > 0 && isExecuting(frame)) return { at: [frame.line, frame.column], sure: false }
    const inside = calleeAt(frames, index)
    const native = frames[index - 1]?.url === ''
    // Native code counts its ticks by the line that called it.
    const ticks = lines[native ? index - 1 : index] ?? []
    const site = inside === undefined ? undefined : calls.find(frame, inside, ticks)
    if (site !== undefined) return site
    return inside === undefined || native ? hotLine(frame, ticks) : undefined
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
        return {
          kind: evidence.kind,
          location: stack[evidence.own],
          functionName: frame?.functionName || undefined,
          stack,
          confidence: 'certain'
        }
      }
      if (evidence.source === 'breadcrumbs') {
        const known = frame !== undefined && marked.isLineOfWork(frames, evidence.own)
        const stack = known ? frames.map(executing) : frames.slice(evidence.own).map((each) => executing(marked.functionAround(each)))
        return {
          kind: evidence.kind,
          location: known ? stack[evidence.own] : undefined,
          functionName: frame?.functionName || undefined,
          stack,
          confidence: 'likely'
        }
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
