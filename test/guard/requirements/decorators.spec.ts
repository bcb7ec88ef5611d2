import { describe, expect, it } from '@jest/globals';
import {
  RequireOrganization,
  RequireOrganizationRoles,
  RequireOrganizationScopes,
  RequireRecentSignIn,
  RequireRoles,
  RequireScopes,
  WithLogto,
} from 'nestjs-logto';

/* What TypeScript would refuse, JavaScript and a cast let through. */
type Loose = (...parameters: unknown[]) => unknown;

describe('A requirement that cannot be meant is refused where it is written', () => {
  it.each<[string, Loose]>([
    ['RequireScopes', RequireScopes as Loose],
    ['RequireRoles', RequireRoles as Loose],
    ['RequireOrganizationRoles', RequireOrganizationRoles as Loose],
    ['RequireOrganizationScopes', RequireOrganizationScopes as Loose],
  ])('@%s without names, or with what is none', (name, decorator) => {
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

  it('a list of names says how to write them', () => {
    expect(() => (RequireScopes as Loose)(['read', 'write'])).toThrow(
      '@RequireScopes() takes scopes without spaces or quotes, each an argument of its own.',
    );
    expect(() => (RequireRoles as Loose)('admin', ['support'])).toThrow(
      '@RequireRoles() takes names of roles, each an argument of its own.',
    );
  });

  it('scopes with spaces, for one string of several is a scope that nobody has; roles may have them', () => {
    expect(() => RequireScopes('read write')).toThrow(TypeError);
    expect(() => RequireOrganizationScopes('read write')).toThrow(TypeError);
    expect(() => RequireScopes('read"')).toThrow(TypeError);
    expect(() => RequireRoles('Logto Management API access')).not.toThrow();
  });

  it.each([undefined, '', 7, null])('a resource that is none: %j', (resource) => {
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
  ])('an organization from %j', (from) => {
    expect(() => (RequireOrganization as Loose)(from)).toThrow(/^@RequireOrganization\(\)/);
  });

  it.each([[undefined], [null], ['fetchUserInfo'], [{ fetchUserinfo: true }], [{ scopes: ['read'] }]])(
    'a wish for %j',
    (options) => {
      expect(() => (WithLogto as Loose)(options)).toThrow(TypeError);
      expect(() => (WithLogto as Loose)(options)).toThrow(/^@WithLogto\(\) .*fetchUserInfo/);
    },
  );

  it('an unknown wish by its name', () => {
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
  ])('a recent sign-in of %j', (options) => {
    expect(() => (RequireRecentSignIn as Loose)(options)).toThrow(/^@RequireRecentSignIn\(\)/);
  });
});
