import { Controller, Get, Post, Req, Sse, UseGuards, type MessageEvent } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoApiGuard, LogtoGuard, LogtoService } from 'nestjs-logto';
import { fromEvent, interval, map, startWith, takeUntil, type Observable } from 'rxjs';

/** Streams that end when the user who has opened them signs out. */
@Controller()
export class StreamsController {
  constructor(private readonly logto: LogtoService) {}

  @Sse('ticks')
  @UseGuards(LogtoGuard)
  ticks(@Req() request: Request): Observable<MessageEvent> {
    return this.ticksFor(request);
  }

  @Sse('api-ticks')
  @UseGuards(LogtoApiGuard)
  apiTicks(@Req() request: Request): Observable<MessageEvent> {
    return this.ticksFor(request);
  }

  @Sse('open-ticks')
  openTicks(@Req() request: Request): Observable<MessageEvent> {
    return this.ticksFor(request);
  }

  /** Requests the signal after the sign-in has ended. */
  @Get('late')
  @UseGuards(LogtoGuard)
  async late(@Req() request: Request): Promise<string> {
    await this.logto.clearAllTokens(request);
    const signedOut = this.logto.signedOut(request);
    await new Promise((resolve) => signedOut.addEventListener('abort', resolve));
    return (signedOut.reason as Error).message;
  }

  @Post('clear')
  @UseGuards(LogtoGuard)
  async clear(@Req() request: Request): Promise<void> {
    await this.logto.clearAllTokens(request);
  }

  /** Ends the session without the module, as an app may. */
  @Get('destroy')
  async destroy(@Req() request: Request): Promise<void> {
    await new Promise((resolve) => request.session.destroy(resolve));
  }

  private ticksFor(request: Request): Observable<MessageEvent> {
    return interval(50).pipe(
      startWith(-1),
      map((data) => ({ data: String(data) })),
      takeUntil(fromEvent(this.logto.signedOut(request), 'abort')),
    );
  }
}
