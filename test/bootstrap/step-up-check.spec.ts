import { describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { LogtoAcr, LogtoGuard, RequireAuthentication, RequireMfa, RequireRecentSignIn } from 'nestjs-logto';
import { startIssuer } from '../support/logto/issuer.js';
import { until } from '../support/requests/waiting.js';
import { recordedStartup } from './support/recorded-startup.js';
import { unenforcedPlaces, unguarded } from './support/unenforced-places.js';

@Controller()
@UseGuards(LogtoGuard)
class PayoutController {
  @Get('payout')
  @RequireMfa()
  payout(): string {
    return 'paid';
  }
}

@Controller()
@UseGuards(LogtoGuard)
class RecentController {
  @Get('recent')
  @RequireRecentSignIn({ maxAge: 300 })
  recent(): string {
    return 'recent';
  }
}

@Controller()
class OpenController {
  @Get('payout')
  @RequireMfa()
  payout(): string {
    return 'paid';
  }

  @Get('recent')
  @RequireAuthentication({ maxAge: 300 })
  recent(): string {
    return 'recent';
  }
}

@Controller()
@UseGuards(LogtoGuard)
@RequireMfa()
class TornController {
  @Get('torn')
  @RequireAuthentication({ acr: 'urn:example:passport' })
  torn(): string {
    return 'torn';
  }
}

const everySignIn = { signInOptions: { acrValues: [LogtoAcr.Mfa] } };

describe('At startup the module', () => {
  const startup = recordedStartup();

  it.each([
    {
      what: 'a decorator requires',
      place: 'PayoutController.payout',
      controllers: [PayoutController],
      logto: {},
      consequence: 'no user can call it: its sign-ins fail',
    },
    {
      what: 'the options require',
      place: 'signInOptions',
      controllers: [],
      logto: everySignIn,
      consequence: 'every sign-in fails',
    },
    {
      what: 'both require',
      place: 'signInOptions',
      controllers: [PayoutController],
      logto: everySignIn,
      consequence: 'every sign-in fails',
    },
  ])('reports a Logto before 1.46 if $what an authentication context', async (row) => {
    const { place, controllers, logto, consequence } = row;
    const issuer = await startIssuer({ stepUp: false });
    await startup.start({ issuer, controllers, logto });
    await until(() => startup.logs.errors.length > 0);
    expect(startup.logs.errors).toEqual([
      `${place} requires the authentication context "${LogtoAcr.Mfa}", and the Logto at ${issuer.endpoint} lists no ` +
        `\`acr_values_supported\`, so ${consequence} with \`insufficient_authentication\`. Step-up authentication ` +
        'needs Logto 1.46: upgrade it, or leave the requirement out.',
    ]);
  });

  it('reports a context that Logto does not list', async () => {
    await startup.start({ controllers: [], logto: { signInOptions: { acrValues: 'urn:example:passport' } } });
    await until(() => startup.logs.errors.length > 0);
    expect(startup.logs.errors[0]).toContain(`only supports ${LogtoAcr.FirstFactor}, ${LogtoAcr.Mfa}`);
  });

  it('sends no request to Logto if only the time of the sign-in is required', async () => {
    const issuer = await startIssuer({ stepUp: false });
    await startup.start({ issuer, controllers: [RecentController] });
    await new Promise((resolve) => setImmediate(resolve));
    expect(issuer.countRequests('discovery')).toBe(0);
    expect(startup.logs.errors).toEqual([]);
  });

  it('starts while Logto is down', async () => {
    const issuer = await startIssuer();
    await issuer.pause();
    const { baseUrl } = await startup.start({ issuer, controllers: [PayoutController] });
    expect((await fetch(`${baseUrl}/payout`)).status).toBe(401);
    expect(startup.logs.errors.join()).not.toContain('authentication context');
  });

  it('reports a combination of contexts that no sign-in can have', async () => {
    await startup.start({ controllers: [TornController] });
    expect(startup.logs.errors).toContainEqual(
      `TornController.torn requires the authentication contexts "urn:example:passport" and "${LogtoAcr.Mfa}", and a sign-in ` +
        'has only one, so nobody gets access. Keep one of them.',
    );
  });

  it('throws if no guard enforces the requirement', async () => {
    expect(await unenforcedPlaces(startup.start({ controllers: [OpenController] }))).toEqual([
      unguarded('OpenController.payout'),
      unguarded('OpenController.recent'),
    ]);
  });
});
