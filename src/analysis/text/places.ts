import type { Finding } from '../../model/finding.ts'
import type { Location } from '../../model/place.ts'
import type { BlockingCall } from '../../model/profile.ts'

/** `pbkdf2Sync in hashPassword`, as far as it is known. */
export function describePlace(call: Described): string {
  const { functionName, stack, culprit, location, confidence, kind } = call
  // The collector runs where it must, not where the line that runs then asks for it.
  if (kind === 'gc') return 'the garbage collector'
  // A callee that the own line does not name would only puzzle.
  const callee = calleeText(call) ?? (location && confidence === 'certain' ? calleeOf(stack, location) : undefined)
  const own = functionName ?? (location && namedCaller(stack, location))
  const { request, test } = culprit
  const name = own ?? (request && `the handler of ${request.method} ${request.url}`) ?? test?.name ?? 'a hook of the file'
  return callee === undefined ? name : `${callee} in ${name}`
}

type Described = Pick<BlockingCall, 'functionName' | 'stack' | 'culprit' | 'callee' | 'detail'> &
  Partial<Pick<BlockingCall, 'location' | 'confidence' | 'kind'>>

/** `fs.readFileSync('data/users.json')`. */
export function calleeText({ callee, detail }: Pick<BlockingCall, 'callee' | 'detail'>): string | undefined {
  return callee === undefined || detail === undefined ? callee : `${callee}('${shorten(detail)}')`
}

const MAX_DETAIL = 60
/** A path's end and a command's start tell most: the middle goes. */
const shorten = (text: string): string =>
  text.length <= MAX_DETAIL ? text : `${text.slice(0, MAX_DETAIL / 2)}…${text.slice(-MAX_DETAIL / 2)}`

/** A callback without a name is known by the own function around it. */
const namedCaller = (stack: readonly Location[], own: Location): string | undefined =>
  stack.slice(indexOfPlace(stack, own)).find(({ file, functionName }) => functionName !== undefined && isOwnFile(file))?.functionName

/** Whether a shown place is the user's: neither a dependency's nor Node's. */
export const isOwnFile = (file: string): boolean => file !== '' && !file.startsWith('node:') && !/(?:^|\/)node_modules\//.test(file)

/** The function that the own line called, where the time went there. */
function calleeOf(stack: readonly Location[], own: Location): string | undefined {
  const index = indexOfPlace(stack, own)
  return index > 0 ? stack[index - 1]?.functionName : undefined
}

/** By position: a profile that was copied as JSON has equal places, not identical ones. */
export const indexOfPlace = (stack: readonly Location[], { file, line, column }: Location): number =>
  stack.findIndex((each) => each.file === file && each.line === line && each.column === column)

type Located = Pick<BlockingCall, 'stack'> & { location?: Location }

/** Where a line is not known, the own function that it is in may be: its frame is where the function begins. */
export const functionPlace = ({ location, stack }: Located): Location | undefined => location ?? stack.find(({ file }) => isOwnFile(file))

type Told = Located & Pick<Finding, 'rule' | 'kind' | 'message' | 'durationMs' | 'file' | 'test' | 'request'>

/**
 * Findings with the same key are of one place to mend. Those without a line are of one place only if they are one thing: of
 * one function, else of one stack, else of one test.
 */
export function placeKey(finding: Told): string {
  const { rule, kind, location, stack, message, durationMs, file, test, request } = finding
  // The column is left out: what the profiler samples has lines only.
  if (location !== undefined) return JSON.stringify([rule, location.file, location.line])
  const own = functionPlace(finding)
  if (own !== undefined) return JSON.stringify([rule, kind, own.file, own.line, own.functionName, untimed(finding)])
  // Of what took time, the frames further in are those of one sample.
  const frames = durationMs === undefined ? stack : stack.filter((frame) => !frame.file.startsWith('node:')).slice(-1)
  const where = frames.map(({ file: at, line, functionName }) => [at, durationMs === undefined ? line : functionName])
  return JSON.stringify([rule, kind, untimed({ durationMs, message }), ...(where.length > 0 ? where : [file, test?.name, request])])
}

/** What is left over says in its message what it is, with ports and other numbers that differ from run to run. */
const untimed = ({ durationMs, message }: { durationMs?: number | undefined; message: string }): string =>
  durationMs === undefined ? message.replaceAll(/\d+/g, '#') : ''
