import { Injectable, type CanActivate } from '@nestjs/common';
import { Latches } from '../runner/latches.js';

/** A guard that waits for the latch `guard` if a spec has created it. */
@Injectable()
export class WaitingGuard implements CanActivate {
  constructor(private readonly latches: Latches) {}

  async canActivate(): Promise<boolean> {
    await this.latches.find('guard')?.wait();
    return true;
  }
}
