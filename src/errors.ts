/** Stable codes: messages may be reworded, codes may not. */
export type ErrorCode =
  | 'ERR_OPTION'
  | 'ERR_SUBJECT'
  | 'ERR_NOT_RUNNING'
  | 'ERR_NO_TEST'
  | 'ERR_UNSUPPORTED'
  | 'ERR_BLOCKING_CALL'
  | 'ERR_LAG_BUDGET'

/** An error of the plugin's own. Its message names the call or option, the rule and the value. */
export class AsyncProfilerError extends Error {
  readonly code: ErrorCode
  constructor(code: ErrorCode, message: string) {
    super(message)
    this.name = 'AsyncProfilerError'
    this.code = code
  }
}
