import type { ModuleMetadata, Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import supertest from 'supertest';
import type TestAgent from 'supertest/lib/agent.js';
import { leftovers } from '../../support/runner/leftovers.js';
import { ShopController } from './shop.controller.js';

/** A Nest app as in end-to-end tests: initialised, but not listening. */
export interface ShopUnderTest {
  readonly app: NestExpressApplication;
  /** A new supertest client without cookies. */
  http: () => TestAgent;
  /** A supertest client that keeps its cookies. */
  agent: () => TestAgent;
  close: () => Promise<void>;
}

/** Creates and initialises the app of a testing module, and closes it after the test. */
export async function startUnderTest(
  builder: TestingModuleBuilder,
  configure?: (app: NestExpressApplication) => void,
): Promise<ShopUnderTest> {
  const module = await builder.compile();
  const app = module.createNestApplication<NestExpressApplication>({ logger: false });
  configure?.(app);
  await app.init();
  return {
    app,
    http: () => supertest(app.getHttpServer()),
    agent: () => supertest.agent(app.getHttpServer()),
    close: leftovers.add(() => app.close()),
  };
}

/** A testing module of the shop with these imports. */
export function shop(
  imports: NonNullable<ModuleMetadata['imports']>,
  controllers: Type[] = [ShopController],
): TestingModuleBuilder {
  return Test.createTestingModule({ imports, controllers });
}
