/** As all CI services say it, and as one may say that it is none. */
export const inCI = ({ CI }: NodeJS.ProcessEnv): boolean => CI !== undefined && !/^(?:|0|false)$/i.test(CI)
