import { Controller, Get, Req } from '@nestjs/common';
import type { Request } from 'express';

/** Gives the session a new id and keeps its data, as apps do after a second factor. */
@Controller()
export class RenewalController {
  @Get('renew')
  async renew(@Req() request: Request): Promise<string> {
    const { cookie: _cookie, ...data } = request.session;
    await new Promise<void>((resolve, reject) => {
      request.session.regenerate((error) => (error ? reject(error) : resolve()));
    });
    Object.assign(request.session, data);
    return 'renewed';
  }
}
