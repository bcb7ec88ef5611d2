import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoDiagnosis } from 'nestjs-logto';
import { application, startIssuer } from '../support/logto/issuer.js';
import { BuiltPackage } from './support/built-package.js';

const issuer = await startIssuer();
const wrongSecret = 'the-wrong-secret-of-the-specs';
const fromEnv = {
  LOGTO_ENDPOINT: issuer.endpoint,
  LOGTO_APP_ID: application.id,
  LOGTO_APP_SECRET: application.secret,
  LOGTO_BASE_URL: 'http://localhost:3000',
  LOGTO_SESSION_SECRET: 'the-session-secret-of-the-specs',
};

/** The file of an app's root module. */
const rootModule = (options: string, name = 'AppModule', before = ''): string => `
import { Module } from '@nestjs/common';
import { LogtoModule, logtoOptionsFromEnv } from 'nestjs-logto';
${before}
export class ${name} {}
Module({ imports: [LogtoModule.forRoot(logtoOptionsFromEnv(${options}))] })(${name});
`;

describe('nestjs-logto doctor', () => {
  let built: BuiltPackage;

  beforeAll(async () => {
    built = await BuiltPackage.create();
  });

  beforeEach(() => built.write('.env', ''));

  const diagnose = async (env: NodeJS.ProcessEnv, ...args: string[]) => {
    const { exitCode, stdout, stderr } = await built.run(env, 'doctor', '--json', ...args);
    return { exitCode, stderr, ...(JSON.parse(stdout) as LogtoDiagnosis) };
  };

  it('reads the options from the environment, and exits with 0 if no check fails', async () => {
    const { exitCode, stdout, stderr } = await built.run(fromEnv, 'doctor');

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`✓ Endpoint: 200, the issuer is ${issuer.issuer}\n`);
    // A pipe has no colours.
    expect(stdout).toMatch(/\n\n0 failed, 9 ok, 2 skipped\n$/);
  });

  it('exits with 1 if a check fails, and prints no secret', async () => {
    const { exitCode, stdout, stderr } = await built.run(
      { ...fromEnv, LOGTO_APP_SECRET: wrongSecret },
      'doctor',
    );

    expect(exitCode).toBe(1);
    expect(stdout).toContain('✗ Application secret: 401 invalid_client');
    expect(stdout + stderr).not.toMatch(/-secret-of-the-specs/);
  });

  it('reads .env, but variables that are already set take precedence', async () => {
    const lines = Object.entries({ ...fromEnv, LOGTO_APP_ID: 'nobody' }).map((pair) => pair.join('='));
    await built.write('.env', lines.join('\n'));

    const [ofFile, ofEnvironment] = await Promise.all([
      diagnose({}),
      diagnose({ LOGTO_APP_ID: application.id }),
    ]);
    expect(ofFile.checks).toContainEqual(expect.objectContaining({ name: 'Application', status: 'failed' }));
    expect(ofEnvironment.ok).toBe(true);
  });

  it('has colours with FORCE_COLOR', async () => {
    const { stdout } = await built.run({ ...fromEnv, FORCE_COLOR: '1' }, 'doctor');

    expect(stdout).toContain('\u001b[32m✓\u001b[39m \u001b[1mEndpoint\u001b[22m: 200');
  });

  describe('--module', () => {
    it('reads the options of an app', async () => {
      await built.write(
        'dist-app/app.module.js',
        rootModule(`{ resources: ['https://unknown.example.com'] }`),
      );
      const { exitCode, checks } = await diagnose(fromEnv, '--module', 'dist-app/app.module.js');

      expect(exitCode).toBe(1);
      expect(checks.filter(({ status }) => status === 'failed')).toMatchObject([
        { name: 'API resource https://unknown.example.com' },
      ]);
    });

    it('uses the only class with @Module(), whatever its name is', async () => {
      await built.write('shop.module.js', rootModule('{}', 'ShopModule', 'export class Other {}'));

      expect(await diagnose(fromEnv, '--module', 'shop.module.js')).toMatchObject({ ok: true, exitCode: 0 });
    });

    it('refuses a file with several modules', async () => {
      const other = 'export class OtherModule {}\nModule({ providers: [] })(OtherModule);';
      await built.write('two.module.js', rootModule('{}', 'ShopModule', other));

      expect((await diagnose(fromEnv, '--module', 'two.module.js')).checks).toMatchObject([
        { name: 'Start', answer: 'two.module.js exports several modules: OtherModule, ShopModule.' },
      ]);
    });

    it('keeps the output of the app out of the result, and exits although the app has open connections', async () => {
      const before = `console.log('Hello from the app'); setInterval(() => {}, 1000);`;
      await built.write('chatty.module.js', rootModule('{}', 'AppModule', before));
      const { ok, stderr } = await diagnose(fromEnv, '--module', 'chatty.module.js');

      expect([ok, stderr]).toEqual([true, 'Hello from the app\n']);
    });
  });

  describe('usage', () => {
    it('is printed with --help', async () => {
      const general = await built.run({}, '--help');
      const ofDoctor = await built.run({}, 'doctor', '--help');

      expect([general.exitCode, ofDoctor.exitCode]).toEqual([0, 0]);
      expect(general.stdout).toContain('doctor    Check the setup');
      expect(ofDoctor.stdout).toContain('Usage: nestjs-logto doctor [options]');
    });

    it.each([[['doctor', '--jsn']], [['docter']], [[]]])(
      'is printed for wrong arguments: %j',
      async (args) => {
        const { exitCode, stdout, stderr } = await built.run({}, ...args);

        expect(exitCode).toBe(2);
        expect(stdout + stderr).toContain('Usage: nestjs-logto');
      },
    );
  });
});
