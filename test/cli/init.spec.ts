import { parseEnv } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { demoConfig } from '../../src/emulator/command/demo-config.js';
import { NestProject } from './support/nest-project.js';

describe.each([
  ['Nest 11, in CommonJS', 'nest-11', ''],
  ['Nest 12, in ES modules', 'nest-12', '.js'],
] as const)('nestjs-logto init in a new app of %s', (_name, fixture, extension) => {
  it('imports LogtoModule in the root module', async () => {
    const project = await NestProject.create(fixture);
    await expect(project.init()).resolves.toMatchObject({ exitCode: 0, errors: '' });
    expect(await project.read('src/app.module.ts')).toBe(
      `import { Module } from '@nestjs/common';
import { LogtoModule, logtoOptionsFromEnv } from 'nestjs-logto';
import { AppController } from './app.controller${extension}';
import { AppService } from './app.service${extension}';

@Module({
  imports: [
    LogtoModule.forRootAsync({ useFactory: () => logtoOptionsFromEnv() }),
  ],
  controllers: [AppController],
  providers: [AppService],
})
export class AppModule {}
`,
    );
  });

  it('loads .env in main.ts before the app is created', async () => {
    const project = await NestProject.create(fixture);
    await project.init();
    const main = await project.read('src/main.ts');
    expect(main).toContain("import { existsSync } from 'node:fs';\n");
    expect(main).toContain(
      `async function bootstrap() {
  if (existsSync('.env')) process.loadEnvFile();
  const app = await NestFactory.create(AppModule);
`,
    );
  });

  it('lets the end-to-end test run without Logto', async () => {
    const project = await NestProject.create(fixture);
    await project.init();
    const test = await project.read('test/app.e2e-spec.ts');
    expect(test).toContain("import { useLogtoTesting } from 'nestjs-logto/testing';\n");
    expect(test).toContain(
      `    const moduleFixture: TestingModule = await useLogtoTesting(
      Test.createTestingModule({
        imports: [AppModule],
      }),
    ).compile();
`,
    );
  });

  it('adds a script that starts the emulator, and changes no line of package.json above it', async () => {
    const project = await NestProject.create(fixture);
    const before = await project.read('package.json');
    await project.init();
    const after = await project.read('package.json');
    const [start = ''] = before.split('\n  },\n  "dependencies"');
    expect(after.startsWith(`${start},\n    "logto": "logto-emulator"\n  },\n  "dependencies"`)).toBe(true);
    expect(JSON.parse(after)).toMatchObject(JSON.parse(before) as object);
  });

  it("writes a .env with the emulator's application and a new session secret, and keeps it out of Git", async () => {
    const [one, other] = [await NestProject.create(fixture), await NestProject.create(fixture)];
    await one.init();
    await other.init();
    const [application] = demoConfig.applications ?? [];
    const env = parseEnv(await one.read('.env'));
    expect(env).toEqual({
      LOGTO_ENDPOINT: 'http://localhost:3001',
      LOGTO_APP_ID: application?.id,
      LOGTO_APP_SECRET: application?.secret,
      LOGTO_BASE_URL: 'http://localhost:3000',
      LOGTO_SESSION_SECRET: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(await other.read('.env')).not.toContain(env['LOGTO_SESSION_SECRET']);
    expect((await one.read('.gitignore')).split('\n')).toContain('.env');
  });

  it('writes a .env.example without a secret', async () => {
    const project = await NestProject.create(fixture);
    await project.init();
    const example = parseEnv(await project.read('.env.example'));
    expect(Object.keys(example)).toEqual(Object.keys(parseEnv(await project.read('.env'))));
    expect(example).toMatchObject({ LOGTO_SESSION_SECRET: '' });
  });

  it('lists the changes, the URIs to register and the next steps, and no secret', async () => {
    const project = await NestProject.create(fixture);
    const { printed } = await project.init();
    for (const path of ['src/app.module.ts', 'src/main.ts', '.env', '.env.example', 'package.json']) {
      expect(printed).toMatch(new RegExp(`^  ${path.replaceAll('.', '\\.')} `, 'm'));
    }
    expect(printed).toContain('http://localhost:3000/logto/sign-in-callback\n');
    expect(printed).toContain('post sign-out URI      http://localhost:3000\n');
    expect(printed).toContain('http://localhost:3000/logto/back-channel-logout');
    expect(printed).toContain('npm install nestjs-logto');
    expect(printed).toContain('npm install --save-dev oidc-provider');
    expect(printed).toContain('npm run logto');
    const { LOGTO_SESSION_SECRET = '' } = parseEnv(await project.read('.env'));
    expect(printed).not.toContain(LOGTO_SESSION_SECRET);
    expect(LOGTO_SESSION_SECRET).not.toBe('');
  });

  it('changes nothing when it runs again', async () => {
    const project = await NestProject.create(fixture);
    await project.init();
    const contents = await project.contents();
    const { exitCode, printed } = await project.init();
    expect(exitCode).toBe(0);
    expect(printed).toContain('Nothing to change.');
    expect(await project.contents()).toEqual(contents);
  });

  it('writes nothing with --dry-run, and prints the same list', async () => {
    const project = await NestProject.create(fixture);
    const contents = await project.contents();
    const { exitCode, printed } = await project.init('--dry-run');
    expect(exitCode).toBe(0);
    expect(await project.contents()).toEqual(contents);
    const listed = (text: string) => text.split('\n').filter((line) => /^ {2}\S+ {2}/.test(line));
    expect(listed(printed)).toEqual(listed((await project.init()).printed));
    expect(listed(printed)).not.toEqual([]);
  });
});

describe('nestjs-logto init', () => {
  it('adds the variables that an existing .env.example lacks', async () => {
    const project = await NestProject.create('nest-11', {
      '.env.example': 'DATABASE_URL=\nLOGTO_ENDPOINT=https://auth.example.com',
    });
    await project.init();
    const example = await project.read('.env.example');
    expect(example.startsWith('DATABASE_URL=\nLOGTO_ENDPOINT=https://auth.example.com\n\n# Logto')).toBe(
      true,
    );
    expect(example.match(/^LOGTO_\w+/gm)).toEqual([
      'LOGTO_ENDPOINT',
      'LOGTO_APP_ID',
      'LOGTO_APP_SECRET',
      'LOGTO_BASE_URL',
      'LOGTO_SESSION_SECRET',
    ]);
  });

  it('keeps the other variables of an existing .env', async () => {
    const project = await NestProject.create('nest-11', { '.env': 'DATABASE_URL=postgres://localhost\n' });
    await project.init();
    expect(parseEnv(await project.read('.env'))).toMatchObject({
      DATABASE_URL: 'postgres://localhost',
      LOGTO_APP_ID: 'my-app',
    });
  });

  it('does not mix the settings of your Logto with those of the emulator', async () => {
    const env = 'LOGTO_ENDPOINT=https://auth.example.com\nLOGTO_BASE_URL=https://app.example.com/\n';
    const project = await NestProject.create('nest-11', { '.env': env });
    const { exitCode, printed } = await project.init();
    expect(exitCode).toBe(1);
    expect(await project.read('.env')).toBe(env);
    expect(printed).toContain('    LOGTO_APP_ID=\n    LOGTO_SESSION_SECRET=\n');
    expect(printed).toContain('https://app.example.com/logto/sign-in-callback\n');
    expect(printed).not.toContain('npm run logto');
  });

  it.each(['.env', '/.env', '.env*'])('leaves a .gitignore with %s as it is', async (line) => {
    const project = await NestProject.create('nest-11', { '.gitignore': `node_modules\n${line}\n` });
    await project.init();
    expect(await project.read('.gitignore')).toBe(`node_modules\n${line}\n`);
  });

  it('finds the root module below the sourceRoot of nest-cli.json', async () => {
    const project = await NestProject.create('nest-12', {
      'nest-cli.json': '{ "sourceRoot": "apps/shop/src" }',
      'apps/shop/src/app.module.ts': '@Module({})\nexport class AppModule {}\n',
      'apps/shop/src/main.ts': 'await (await NestFactory.create(AppModule)).listen(3000);\n',
    });
    await project.init();
    expect(await project.read('apps/shop/src/app.module.ts')).toContain('LogtoModule.forRootAsync');
    expect(await project.read('apps/shop/src/main.ts')).toBe(
      "import { existsSync } from 'node:fs';\n" +
        "if (existsSync('.env')) process.loadEnvFile();\n" +
        'await (await NestFactory.create(AppModule)).listen(3000);\n',
    );
    expect(await project.read('src/app.module.ts')).not.toContain('LogtoModule');
  });

  it('uses the root module that --module names', async () => {
    const project = await NestProject.create('nest-12', {
      'src/shop.module.ts': '@Module({})\nexport class ShopModule {}\n',
    });
    await project.init('--module', 'src/shop.module.ts');
    expect(await project.read('src/shop.module.ts')).toContain('LogtoModule.forRootAsync');
  });

  it('adds no second LogtoModule to an app that has one in another module', async () => {
    const project = await NestProject.create('nest-12', {
      'src/auth/auth.module.ts':
        '@Module({ imports: [LogtoModule.forRoot(options)] })\nexport class Auth {}\n',
    });
    const before = await project.read('src/app.module.ts');
    await expect(project.init()).resolves.toMatchObject({ exitCode: 0 });
    expect(await project.read('src/app.module.ts')).toBe(before);
  });

  it('leaves main.ts as it is if ConfigModule loads .env', async () => {
    const project = await NestProject.create('nest-12', {
      'src/app.module.ts': '@Module({ imports: [ConfigModule.forRoot()] })\nexport class AppModule {}\n',
    });
    const before = await project.read('src/main.ts');
    await project.init();
    expect(await project.read('src/main.ts')).toBe(before);
  });

  it.each([
    ['no package.json', { 'package.json': null }, 'no package.json'],
    ['no root module', { 'src/app.module.ts': null }, '--module <path>'],
    ['no TypeScript', { node_modules: null }, 'npm install --save-dev typescript'],
    ['a package.json that is not JSON', { 'package.json': '{' }, 'package.json is not valid JSON'],
  ])('says what is missing in a folder with %s, and writes nothing', async (_name, files, message) => {
    const project = await NestProject.create('nest-11', files);
    const contents = await project.contents();
    const { exitCode, errors } = await project.init();
    expect(exitCode).toBe(1);
    expect(errors).toContain(message);
    expect(await project.contents()).toEqual(contents);
  });

  it('prints its usage with --help, and for an unknown option', async () => {
    const project = await NestProject.create('nest-11');
    await expect(project.init('--help')).resolves.toMatchObject({
      exitCode: 0,
      printed: expect.stringContaining('--dry-run'),
    });
    await expect(project.init('--dry')).resolves.toMatchObject({
      exitCode: 2,
      errors: expect.stringContaining('--dry-run'),
    });
  });
});
