/** The base of every guard of this library, by which its decorators and reports know them. */
export abstract class AccessGuard {}
