import { describe, expect, it } from '@jest/globals';
import { Controller, Inject, Injectable, Scope, type Provider, type Type } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import {
  LocalUser,
  LogtoModule,
  LogtoUserResolver,
  OnSignIn,
  OnSignOut,
  type LocalUserResolver,
} from 'nestjs-logto';
import { validOptions } from '../support/app/options.js';
import { leaks } from '../support/runner/leaks.js';

@Injectable({ scope: Scope.REQUEST })
class RequestScoped {
  @OnSignIn()
  provision(): void {}
}

@Injectable()
class IndirectlyScoped {
  constructor(@Inject(REQUEST) readonly request: unknown) {}

  @OnSignIn()
  provision(): void {}
}

@Injectable({ scope: Scope.TRANSIENT })
class Transient {
  @OnSignOut()
  forget(): void {}
}

@Controller({ scope: Scope.REQUEST })
class ScopedController {
  @OnSignIn()
  provision(): void {}
}

@Injectable()
class Contradictory {
  @OnSignIn()
  @OnSignOut()
  both(): void {}
}

class WithoutResolve {}
LogtoUserResolver()(WithoutResolve as unknown as Type<LocalUserResolver>);

@LogtoUserResolver()
class Users implements LocalUserResolver {
  resolve(): LocalUser {
    return {};
  }
}

@LogtoUserResolver()
class OtherUsers extends Users {}

@LogtoUserResolver()
@Injectable({ scope: Scope.REQUEST })
class ScopedUsers extends Users {}

async function problemOf(providers: Provider[], controllers: Type[] = []): Promise<unknown> {
  const module = await Test.createTestingModule({
    imports: [LogtoModule.forRoot(validOptions)],
    providers,
    controllers,
  }).compile();
  const app = module.createNestApplication({ logger: leaks });
  return app.init().then(
    () => app.close(),
    (error: unknown) => error,
  );
}

describe('The app does not start with', () => {
  it.each<[string, string, Provider[], Type[]]>([
    ['a hook of a request-scoped provider', 'RequestScoped.provision (@OnSignIn())', [RequestScoped], []],
    [
      'a hook of a provider that injects the request',
      'IndirectlyScoped.provision (@OnSignIn())',
      [IndirectlyScoped],
      [],
    ],
    ['a hook of a transient provider', 'Transient.forget (@OnSignOut())', [Transient], []],
    [
      'a hook of a request-scoped controller',
      'ScopedController.provision (@OnSignIn())',
      [],
      [ScopedController],
    ],
    ['a method with two hooks', 'Contradictory.both (@OnSignOut() and @OnSignIn())', [Contradictory], []],
    ['a resolver without `resolve`', 'WithoutResolve.resolve', [WithoutResolve], []],
    ['a request-scoped resolver', 'ScopedUsers.resolve', [ScopedUsers], []],
    ['two resolvers', 'Users and OtherUsers', [Users, OtherUsers], []],
  ])('%s', async (_, named, providers, controllers) => {
    const problem = await problemOf(providers, controllers);

    expect(problem).toMatchObject({ code: 'hook_invalid' });
    expect((problem as Error).message).toContain(named);
  });

  it('several mistakes, which are reported together', async () => {
    const { message } = (await problemOf([RequestScoped, Contradictory])) as Error;

    expect(message).toContain('RequestScoped.provision');
    expect(message).toContain('Contradictory.both');
  });
});

describe('The app starts with', () => {
  it('one resolver that has two tokens', async () => {
    expect(await problemOf([Users, { provide: 'users', useExisting: Users }])).toBeUndefined();
  });

  it('a resolver that a test replaces by an object', async () => {
    expect(await problemOf([{ provide: Users, useValue: { resolve: () => ({}) } }])).toBeUndefined();
  });
});

describe('A hook decorator', () => {
  it('rejects anything but a method, when the class is defined', () => {
    const decorate = OnSignIn();
    const getter = Object.getOwnPropertyDescriptor(
      {
        get provision() {
          return undefined;
        },
      },
      'provision',
    );
    expect(() => decorate({}, 'provision', getter as never)).toThrow('@OnSignIn() is for methods');
  });

  it('rejects a static method, when the class is defined', () => {
    const define = (): unknown => {
      class Wrong {
        @OnSignIn()
        static provision(): void {}
      }
      return Wrong;
    };
    expect(define).toThrow(expect.objectContaining({ code: 'hook_invalid' }));
    expect(define).toThrow(/@OnSignIn\(\) is on the static method Wrong\.provision.*remove `static`/);
  });
});

describe('The option hookTimeout', () => {
  it.each([0, -1, Number.NaN, 2 ** 31, '5000'])('rejects %p', async (hookTimeout) => {
    await expect(
      Test.createTestingModule({
        imports: [LogtoModule.forRoot({ ...validOptions, hookTimeout: hookTimeout as number })],
      }).compile(),
    ).rejects.toMatchObject({ problems: [{ option: 'hookTimeout' }] });
  });
});
