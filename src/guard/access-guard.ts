/** The base class of this library's guards. It is a file of its own so that guard metadata can be read without them. */
export abstract class AccessGuard {}
