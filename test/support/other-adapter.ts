import { ExpressAdapter } from '@nestjs/platform-express';

/** An adapter that is not Nest's for Express, as far as the module can see. */
export class OtherAdapter extends ExpressAdapter {
  override getType(): string {
    return 'fastify';
  }
}
