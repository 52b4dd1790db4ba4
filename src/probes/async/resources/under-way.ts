// Taken at load: tests replace it.
const { getActiveResourcesInfo } = process

/**
 * Node's names of what ends by itself, and soon: requests to the file system, to a name server, to the thread pool, connections
 * that are being opened, immediates. Not what stays until somebody closes it, and no writes: the runner's own messages are such.
 */
const SOON = /^(?:FSReq|Get(?:Addr|Name)InfoReq|QueryReq|(?:TCP|Pipe)ConnectWrap|Immediate)|(?:Request|Job)$/

/** Whether something is under way in this thread that may start something else when it is done. */
export const isUnderWay = (): boolean => getActiveResourcesInfo.call(process).some((name) => SOON.test(name))
