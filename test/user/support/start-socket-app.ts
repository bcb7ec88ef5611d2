import type { INestApplication, Type, WebSocketAdapter } from '@nestjs/common';
import { startApp, type TestApp, type TestAppParts } from '../../support/app/app.js';
import { resource } from '../../support/logto/issuer.js';
import { tokenOptions } from '../../support/app/token-app.js';

/** Starts an app with a gateway that takes sessions and bearer tokens. */
export function startSocketApp(
  Adapter: new (app: INestApplication) => WebSocketAdapter,
  gateway: Type,
  parts: TestAppParts,
): Promise<TestApp> {
  return startApp({
    ...parts,
    providers: [gateway, ...(parts.providers ?? [])],
    logto: { ...tokenOptions, api: { audience: resource }, ...parts.logto },
    configure: (app) => {
      parts.configure?.(app);
      app.useWebSocketAdapter(new Adapter(app));
    },
  });
}
