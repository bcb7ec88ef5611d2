import { describe, expect, it } from '@jest/globals';
import { Injectable, Scope } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { isRequestScoped, isSingleton } from '../../src/nest/is-singleton.js';

@Injectable()
class Singleton {}

@Injectable({ scope: Scope.TRANSIENT })
class Transient {}

@Injectable({ scope: Scope.REQUEST })
class PerRequest {}

@Injectable()
class InjectsPerRequest {
  constructor(readonly dependency: PerRequest) {}
}

describe('A provider', () => {
  it('is a singleton unless it is transient, request-scoped or depends on a request-scoped one', async () => {
    const types = [Singleton, Transient, PerRequest, InjectsPerRequest];
    const module = await Test.createTestingModule({ imports: [DiscoveryModule], providers: types }).compile();
    const providers = module.get(DiscoveryService).getProviders();
    const found = types.map((type) => providers.filter(({ token }) => token === type));
    expect(found.map(([one]) => one && isSingleton(one))).toEqual([true, false, false, false]);
    expect(found.map(([one]) => one && isRequestScoped(one))).toEqual([false, false, true, true]);
    await module.close();
  });
});
