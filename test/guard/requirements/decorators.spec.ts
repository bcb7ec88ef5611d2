import { describe, expect, it } from '@jest/globals';
import {
  LogtoAcr,
  RequireAuthentication,
  RequireMfa,
  RequireOrganization,
  RequireOrganizationRoles,
  RequireOrganizationScopes,
  RequireRecentSignIn,
  RequireRoles,
  RequireScopes,
  WithLogto,
} from 'nestjs-logto';

/** A decorator as JavaScript calls it, without the checks of TypeScript. */
type Loose = (...parameters: unknown[]) => unknown;

describe('A decorator throws at once for', () => {
  it.each<[string, Loose]>([
    ['RequireScopes', RequireScopes as Loose],
    ['RequireRoles', RequireRoles as Loose],
    ['RequireOrganizationRoles', RequireOrganizationRoles as Loose],
    ['RequireOrganizationScopes', RequireOrganizationScopes as Loose],
  ])('@%s without names, or with invalid names', (name, decorator) => {
    expect(() => decorator('one')).not.toThrow();
    expect(() => decorator('one', 'two', { mode: 'any' })).not.toThrow();
    for (const parameters of [
      [],
      [{}],
      [{ mode: 'any' }],
      [''],
      [' '],
      ['one', ''],
      ['one', undefined],
      ['one', null],
      [undefined],
      [['one']],
      ['one', ['two']],
      [{ mode: 'all' }, 'one'],
      ['one', { mode: 'some' }],
      ['one', { mod: 'any' }],
      [7],
    ]) {
      expect(() => decorator(...parameters)).toThrow(new RegExp(`^@${name}\\(\\)`));
    }
  });

  it('an array of names, and says how to write them', () => {
    expect(() => (RequireScopes as Loose)(['read', 'write'])).toThrow(
      '@RequireScopes() takes scopes without spaces or quotes, each as a separate argument.',
    );
    expect(() => (RequireRoles as Loose)('admin', ['support'])).toThrow(
      '@RequireRoles() takes names of roles, each as a separate argument.',
    );
  });

  it('scopes with spaces or quotes; roles can have spaces', () => {
    expect(() => RequireScopes('read write')).toThrow(TypeError);
    expect(() => RequireOrganizationScopes('read write')).toThrow(TypeError);
    expect(() => RequireScopes('read"')).toThrow(TypeError);
    expect(() => RequireRoles('Logto Management API access')).not.toThrow();
  });

  it.each([undefined, '', 7, null])('the invalid resource %j', (resource) => {
    const given = () => (RequireScopes as Loose)('read', { resource });
    if (resource === undefined) expect(given).not.toThrow();
    else expect(given).toThrow(/^@RequireScopes\(\)/);
  });

  it.each([
    [undefined],
    [null],
    ['orgId'],
    [{}],
    [{ param: '' }],
    [{ header: 7 }],
    [{ query: 'org' }],
    [{ param: 'orgId', header: 'x-org' }],
  ])('the invalid source of an organization %j', (from) => {
    expect(() => (RequireOrganization as Loose)(from)).toThrow(/^@RequireOrganization\(\)/);
  });

  it.each([[undefined], [null], ['fetchUserInfo'], [{ fetchUserinfo: true }], [{ scopes: ['read'] }]])(
    'the invalid @WithLogto options %j',
    (options) => {
      expect(() => (WithLogto as Loose)(options)).toThrow(TypeError);
      expect(() => (WithLogto as Loose)(options)).toThrow(/^@WithLogto\(\) .*fetchUserInfo/);
    },
  );

  it('an unknown @WithLogto option, by its name', () => {
    expect(() => (WithLogto as Loose)({ getAccessToken: true, audience: 'https://api' })).toThrow(
      '"audience"',
    );
  });

  it.each([
    [undefined],
    [{}],
    [300],
    [{ maxAge: 0 }],
    [{ maxAge: -1 }],
    [{ maxAge: '300' }],
    [{ maxAge: Number.NaN }],
    [{ maxAge: Number.POSITIVE_INFINITY }],
  ])('the invalid @RequireRecentSignIn options %j', (options) => {
    expect(() => (RequireRecentSignIn as Loose)(options)).toThrow(/^@RequireRecentSignIn\(\)/);
  });

  it.each([
    [undefined],
    [null],
    ['urn:logto:acr:mfa'],
    [class {}],
    [{}],
    [{ acr: undefined }],
    [{ acr: '' }],
    [{ acr: 'one two' }],
    [{ acr: [LogtoAcr.Mfa] }],
    [{ acr: LogtoAcr.Mfa, maxAge: 0 }],
    [{ maxAge: '300' }],
    [{ acr: LogtoAcr.Mfa, max_age: 300 }],
    [{ acr: LogtoAcr.Mfa, constructor: 1 }],
  ])('the invalid @RequireAuthentication options %j', (options) => {
    expect(() => (RequireAuthentication as Loose)(options)).toThrow(/^@RequireAuthentication\(\)/);
  });

  it('@RequireMfa without its parentheses', () => {
    expect(() => (RequireMfa as Loose)(class {})).toThrow('@RequireMfa() takes no arguments.');
    expect(() => RequireMfa()).not.toThrow();
  });
});
