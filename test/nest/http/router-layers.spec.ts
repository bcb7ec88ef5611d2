import { describe, expect, it } from '@jest/globals';
import express, { type Request } from 'express';
import session from 'express-session';
import { hasGetRoute } from '../../../src/nest/http/has-get-route.js';
import {
  mountsExpressSession,
  mountsExpressSessionAnywhere,
} from '../../../src/nest/http/mounts-express-session.js';
import { middlewareNames } from '../../../src/nest/http/router-layers.js';

const answer: express.RequestHandler = (_request, response) => void response.end();

describe('The layers of an Express router', () => {
  it('name the middleware in the order in which it is mounted', () => {
    const app = express().use(express.urlencoded({ extended: false }), answer);
    expect(middlewareNames(app)).toEqual(['urlencodedParser', 'answer']);
  });

  it('are none without an app, as for the handshake of a socket', () => {
    expect(middlewareNames(undefined)).toEqual([]);
  });

  it('tell which paths have a route for GET', () => {
    const app = express()
      .get('/page/:id', answer)
      .post('/form', answer)
      .all('/any', answer)
      .use('/mounted', answer);
    expect(hasGetRoute(app, '/page/1')).toBe(true);
    expect(hasGetRoute(app, '/any')).toBe(true);
    expect(hasGetRoute(app, '/form')).toBe(false);
    expect(hasGetRoute(app, '/mounted')).toBe(false);
    expect(hasGetRoute(app, '/page')).toBe(false);
  });

  it('tell for which paths express-session is mounted', () => {
    const app = express().use('/shop', session({ secret: 's', resave: false, saveUninitialized: false }));
    expect(mountsExpressSession(requestFor(app, '/shop/cart'))).toBe(true);
    expect(mountsExpressSession(requestFor(app, '/blog'))).toBe(false);
    expect(mountsExpressSessionAnywhere({ app })).toBe(true);
  });

  it('do not take another middleware named `session` for express-session', () => {
    const own = {
      session: ((_request, _response, next) => next()) satisfies express.RequestHandler,
    };
    expect(own.session.name).toBe('session');
    expect(mountsExpressSessionAnywhere({ app: express().use(own.session) })).toBe(false);
  });
});

function requestFor(app: express.Application, path: string): Request {
  return { app, path } as Request;
}
