import { expect, it, jest } from '@jest/globals';

jest.unstable_mockModule('oidc-provider', () => {
  throw Object.assign(new Error("Cannot find package 'oidc-provider'"), { code: 'ERR_MODULE_NOT_FOUND' });
});

it('The emulator says how to install oidc-provider when it is missing', async () => {
  const { startLogtoEmulator } = await import('nestjs-logto/emulator');
  await expect(startLogtoEmulator({ port: 0 })).rejects.toMatchObject({
    code: 'oidc_provider_missing',
    message: expect.stringContaining('npm install --save-dev oidc-provider@9'),
  });
});
