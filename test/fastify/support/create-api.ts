import type { NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { TestAppParts } from '../../support/app/app.js';

/** Creates the app on Fastify, as a user's end-to-end tests do. */
export const createApi: NonNullable<TestAppParts['create']> = async (module, options) => {
  const testing = await Test.createTestingModule({ imports: [module] }).compile();
  const app = testing.createNestApplication(new FastifyAdapter(), options);
  // The specs only call methods that both adapters have.
  return app as unknown as NestExpressApplication;
};
