import { EventEmitter } from 'node:events';
import { Injectable } from '@nestjs/common';

/** Events of this process for sign-ins that end, by the IDs of their token records. */
@Injectable()
export class SignInEndEvents {
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  emit(tokenRecordId: string): void {
    this.emitter.emit(tokenRecordId);
  }

  /** Calls a listener when a sign-in ends. @returns a function that removes the listener */
  once(tokenRecordId: string, listener: () => void): () => void {
    this.emitter.once(tokenRecordId, listener);
    return () => this.emitter.off(tokenRecordId, listener);
  }
}
