import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  Controller,
  ForbiddenException,
  Get,
  Injectable,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { Request } from 'express';
import { LogtoApiGuard, LogtoException, LogtoGuard, LogtoService, type Credential } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { call, refusalOf, startApi } from './support/api.js';
import { RealTokens, startAccessIssuer } from './support/real-tokens.js';
import { startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import { resource } from '../support/logto/issuer.js';
import { closeLater } from '../support/runner/leftovers.js';

@Injectable()
class Blocklist {
  readonly blocked = new Set(['bob']);
}

/** Adds a check that injects a provider. */
@Injectable()
class BlocklistGuard extends LogtoGuard {
  constructor(private readonly blocklist: Blocklist) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (!(await super.canActivate(context))) return false;
    const { user } = context.switchToHttp().getRequest<Request>();
    if (this.blocklist.blocked.has(user?.claims?.sub ?? '')) throw new ForbiddenException('blocked');
    return true;
  }
}

/** Chooses the credential by the request. */
@Injectable()
class MobileGuard extends LogtoGuard {
  protected override credentials(context: ExecutionContext): readonly Credential[] {
    const isMobile = context.switchToHttp().getRequest<Request>().get('x-client') === 'mobile';
    return isMobile ? ['bearer'] : ['session'];
  }
}

/** Changes the response to refused requests. */
@Injectable()
class HidingGuard extends LogtoApiGuard {
  protected override handleDenial(context: ExecutionContext, error: unknown): boolean {
    const path = context.switchToHttp().getRequest<Request>().path;
    if (path === '/hidden/health') return true;
    if (error instanceof LogtoException && !error.transient)
      throw new ForbiddenException(`hidden: ${error.code}`);
    throw error;
  }
}

/** Calls LogtoService instead of extending a guard of the package. */
@Injectable()
class OwnGuard implements CanActivate {
  constructor(private readonly logto: LogtoService) {}

  canActivate(context: ExecutionContext): Promise<boolean> {
    return this.logto.isAuthenticated(context.switchToHttp().getRequest<Request>());
  }
}

@Controller()
class RoutesController {
  @Get('blocklist')
  @UseGuards(BlocklistGuard)
  blocklist(): string {
    return 'not blocked';
  }

  @Get('mobile')
  @UseGuards(MobileGuard)
  mobile(): string {
    return 'mobile or not';
  }

  @Get('hidden/things')
  @UseGuards(HidingGuard)
  hidden(): string {
    return 'hidden';
  }

  @Get('hidden/health')
  @UseGuards(HidingGuard)
  health(): string {
    return 'healthy';
  }

  @Get('own')
  @UseGuards(OwnGuard)
  own(): string {
    return 'own';
  }
}

@Controller()
class PlainController {
  @Get('plain')
  plain(): string {
    return 'plain';
  }
}

describe('A guard of the app', () => {
  let issuer: LogtoEmulator;

  beforeAll(async () => {
    issuer = await startAccessIssuer();
  });

  const start = async (parts: Partial<TestAppParts> = {}): Promise<TestApp> =>
    await startApp({
      issuer,
      controllers: [RoutesController],
      providers: [Blocklist],
      logto: { api: { audience: resource } },
      ...parts,
    });

  it('can add a check that injects providers', async () => {
    const app = await start();
    const [anonymous, ada, bob] = [app.browser(), app.browser(), app.browser()];
    await ada.signIn(issuer, 'ada');
    await bob.signIn(issuer, 'bob');

    expect((await anonymous.open('/blocklist')).status).toBe(302);
    expect((await ada.fetch('/blocklist')).text).toBe('not blocked');
    expect((await bob.fetch('/blocklist')).json()).toMatchObject({ statusCode: 403, message: 'blocked' });
  });

  it('can choose the credentials for each request', async () => {
    const tokens = closeLater(await RealTokens.from(issuer));
    const token = await tokens.ofUser('ada', { resource });
    const app = await start();
    const mobile = { headers: { 'x-client': 'mobile' } };

    expect((await call(app, '/mobile', token, mobile)).status).toBe(200);
    expect((await call(app, '/mobile', undefined, mobile)).headers.get('www-authenticate')).toBe('Bearer');
    expect((await call(app, '/mobile', token)).status).toBe(401);
  });

  it('can choose the response to denied requests', async () => {
    const app = await start();

    expect((await call(app, '/hidden/things')).json()).toMatchObject({
      statusCode: 403,
      message: 'hidden: not_authenticated',
    });
    expect((await call(app, '/hidden/things', 'bad')).json()).toMatchObject({
      message: 'hidden: invalid_token',
    });
    expect((await call(app, '/hidden/health', 'bad')).text).toBe('healthy');
  });

  it('can call LogtoService instead of extending a guard', async () => {
    const app = await start();
    const ada = app.browser();
    expect((await ada.fetch('/own')).status).toBe(403);
    await ada.signIn(issuer, 'ada');
    expect((await ada.fetch('/own')).text).toBe('own');
  });

  it('denies every request if it was created with `new`', async () => {
    const app = await start({
      controllers: [PlainController],
      configure: (nest) => nest.useGlobalGuards(new LogtoGuard()),
    });
    const ada = app.browser();
    expect((await ada.fetch('/plain')).status).toBe(500);
  });

  it('names the missing option when `api` is not configured', async () => {
    const app = await start({ logto: {} });
    expect(refusalOf(await call(app, '/hidden/things', 'a.b.c'))).toMatchObject({ status: 403 });
    expect((await call(app, '/mobile', 'a.b.c', { headers: { 'x-client': 'mobile' } })).json()).toMatchObject(
      {
        status: 500,
        code: 'api_not_configured',
      },
    );
  });

  it('names the missing option when sessions are not configured', async () => {
    const api = await startApi({ issuer, controllers: [RoutesController], providers: [Blocklist] });
    expect(refusalOf(await call(api, '/blocklist'))).toMatchObject({
      status: 500,
      code: 'session_not_configured',
    });
  });
});
