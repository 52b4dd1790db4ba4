import { isCI } from 'std-env'

/** Whether this is a CI service, by the marks of all that are known; `CI=false` and `CI=0` say that it is none. */
export const inCI = ({ CI = 'true' }: NodeJS.ProcessEnv = process.env): boolean =>
  isCI && CI !== '' && CI !== '0' && CI.toLowerCase() !== 'false'
