/** The base class of this library's guards, in its own file: code that reads guard metadata does not import the guards. */
export abstract class AccessGuard {}
