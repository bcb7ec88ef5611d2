import { EventEmitter } from 'node:events';
import { Injectable } from '@nestjs/common';

/** Tells this process which sign-ins end, as they do. By the ids of their token records. */
@Injectable()
export class SignInEndEvents {
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  /** Says that a sign-in has ended. */
  emit(tokens: string): void {
    this.emitter.emit(tokens);
  }

  /** Calls a listener once a sign-in ends. @returns how to take it back */
  once(tokens: string, listener: () => void): () => void {
    this.emitter.once(tokens, listener);
    return () => this.emitter.off(tokens, listener);
  }
}
