import { withoutOurFrames } from './our-files.ts'

/** Stable codes: messages may be reworded, codes may not. */
export type ErrorCode =
  | 'ERR_OPTION'
  | 'ERR_SUBJECT'
  | 'ERR_NOT_RUNNING'
  | 'ERR_NO_TEST'
  | 'ERR_NOT_AWAITED'
  | 'ERR_UNSUPPORTED'
  | 'ERR_BLOCKING_CALL'
  | 'ERR_LOOP_STARVATION'
  | 'ERR_SYNC_CALL'
  | 'ERR_LAG_BUDGET'
  | 'ERR_LEAKED_RESOURCE'
  | 'ERR_FLOATING_PROMISE'
  | 'ERR_NEVER_SETTLES'
  | 'ERR_UNHANDLED_REJECTION'
  | 'ERR_STUCK_TEST'

/** An error of the plugin's own. Its message names the call or option, the rule and the value. */
export class AsyncProfilerError extends Error {
  readonly code: ErrorCode
  constructor(code: ErrorCode, message: string) {
    super(message)
    this.name = 'AsyncProfilerError'
    this.code = code
    // The user's call is what is wrong, not ours below it.
    if (this.stack !== undefined) this.stack = withoutOurFrames(this.stack)
  }
}
