/** The addresses on which only this machine reaches a server. */
export const LOOPBACK_ADDRESSES: readonly string[] = Object.freeze(['127.0.0.1', '::1']);

/** The same as hosts of URLs and of the Host header. */
export const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
